import { dirname, join } from 'node:path';
import { Mutex, openOwnerSession, OwnerObserver, type FileSystem } from '@tapps-agents/fs-atomic';
import type { Notebook } from './notes.ts';

/** Takes a mutex beside the queue again and again, and notes each generation as soon as it has it. */
export async function lockAgainAndAgain(
  root: string,
  notebook: Notebook,
  fileSystem: FileSystem,
  rounds = Number.POSITIVE_INFINITY,
): Promise<void> {
  const place = dirname(root);
  const directory = join(place, 'owners');
  const observer = new OwnerObserver({ directory, endedDirectory: join(place, 'ended'), fileSystem });
  await using session = await openOwnerSession({ directory, fileSystem });
  const mutex = new Mutex({
    directory: join(place, 'mutex'),
    temporaryDirectory: join(place, 'temporary'),
    durableRoot: dirname(place),
    session: () => session,
    observer,
    fileSystem,
  });
  for (let round = 0; round < rounds; round += 1) {
    await using hold = await mutex.acquire();
    notebook.write({ what: 'locked', generation: hold.generation });
  }
}
