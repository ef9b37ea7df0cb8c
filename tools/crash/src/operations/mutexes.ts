import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Mutex, nodeFileSystem, openOwnerSession, OwnerObserver } from '@tapps-agents/fs-atomic';
import type { Clock, FileSystem } from '@tapps-agents/fs-atomic';
import type { Operation, Stage } from '../operation.ts';
import { violate, type Outcome } from '../outcome.ts';
import { withQueue } from './messages.ts';

interface Place {
  readonly root: string;
  readonly fileSystem?: FileSystem;
  readonly clock?: Clock;
}

/** The mutex of this place, with a session of its own. */
async function mutexAt(place: Place): Promise<{ mutex: Mutex; close: () => Promise<void> }> {
  const { root } = place;
  const ports = { fileSystem: place.fileSystem, clock: place.clock };
  const directory = join(root, 'locks', 'owners');
  const session = await openOwnerSession({ directory, lease_ms: 3_600_000, ...ports });
  const mutex = new Mutex({
    directory: join(root, 'locks', 'mutexes', 'crash'),
    temporaryDirectory: join(root, 'tmp'),
    durableRoot: root,
    session: () => session,
    observer: new OwnerObserver({ directory, endedDirectory: join(root, 'locks', 'ended'), ...ports }),
    ...ports,
  });
  return { mutex, close: () => session.close() };
}

async function acquireTwice(stage: Stage): Promise<void> {
  stage.begin();
  const { mutex, close } = await mutexAt(stage);
  for (let time = 0; time < 2; time += 1) {
    const hold = await mutex.acquire();
    stage.tell({ told: 'acquired', generation: hold.generation });
    await hold.release();
  }
  await close();
}

/** The next process gets it at once, and a generation that nobody had. */
async function checkMutex(outcome: Outcome): Promise<void> {
  const seen = outcome.atDeath.flatMap(({ kind, path }) =>
    kind === 'token' && path.includes('~held~') ? [Number(/g(\d+)~held/.exec(path)?.[1])] : [],
  );
  const told = outcome.story.facts.flatMap(({ generation }) =>
    generation === undefined ? [] : [generation],
  );
  if (new Set(told).size < told.length) violate(outcome, 'generation used twice', told.join(' '));
  const isMade = existsSync(join(outcome.root, 'locks', 'mutexes', 'crash'));
  if (isMade && !outcome.atDeath.some(({ path }) => path.startsWith('locks/mutexes/crash/'))) {
    violate(outcome, 'mutex lost', 'it has no token');
    return;
  }
  const { mutex, close } = await mutexAt({ root: outcome.root, fileSystem: nodeFileSystem() });
  try {
    const hold = await mutex.acquire({ timeout_ms: 60_000 });
    if (hold.generation <= Math.max(0, ...told, ...seen))
      violate(outcome, 'generation used twice', `${hold.generation} after ${[...told, ...seen].join(' ')}`);
    if (!(await hold.release())) violate(outcome, 'mutex lost', 'it could not be released');
  } catch (error) {
    violate(outcome, 'mutex lost', String(error));
  } finally {
    await close();
  }
}

/** A mutex is made, taken, given back, and taken over. */
const counted: readonly Operation[] = [
  {
    name: 'mutex-first',
    summary: 'take a mutex that nobody made yet, twice',
    arrange: (site) => withQueue(site, async () => {}),
    act: acquireTwice,
    check: checkMutex,
  },
  {
    name: 'mutex-takeover',
    summary: 'take over the mutex of a process that died, twice',
    async arrange(site) {
      await withQueue(site, async () => {});
      await site.leaveBehind('hold-mutex');
    },
    act: acquireTwice,
    check: checkMutex,
  },
];

/** What is left behind for others to find. */
const left: readonly Operation[] = [
  {
    name: 'hold-mutex',
    summary: 'hold a mutex, and die',
    async act(stage) {
      const { mutex } = await mutexAt(stage);
      await mutex.acquire();
      stage.begin();
      await stage.fileSystem.status(stage.root);
    },
  },
];

export const mutexes = { counted, left };
