import { join } from 'node:path';
import { Mutex, openOwnerSession, OwnerObserver } from '@tapps-agents/fs-atomic';
import type { MutexOptions, OwnerSession } from '@tapps-agents/fs-atomic';
import { FaultyFileSystem } from '@tapps-agents/fs-atomic/testing';
import type { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { names } from './support.ts';
import type { Place } from './support.ts';

/** One of those that want the mutex of a place. */
export interface Contender extends AsyncDisposable {
  readonly session: OwnerSession;
  readonly mutex: Mutex;
  readonly fileSystem: FaultyFileSystem;
}

/** Another process's view, as far as one process can have it: its own session, observer and file system. */
export async function contender(
  here: Place,
  clock?: ManualClock,
  more: Partial<MutexOptions> = {},
): Promise<Contender> {
  const owners = join(here.path, 'owners');
  const fileSystem = new FaultyFileSystem();
  const session = await openOwnerSession({ directory: owners, clock, fileSystem });
  const ended = join(here.path, 'ended');
  const mutex = new Mutex({
    directory: join(here.path, 'mutex'),
    temporaryDirectory: here.tmp,
    session: () => session,
    observer: new OwnerObserver({ directory: owners, endedDirectory: ended, clock, fileSystem }),
    clock,
    fileSystem,
    ...more,
  });
  return { session, mutex, fileSystem, [Symbol.asyncDispose]: () => session.close() };
}

/** The names in the mutex of a place: its token. */
export function token(here: Place): string[] {
  return names(join(here.path, 'mutex'));
}
