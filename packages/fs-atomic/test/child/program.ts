import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  moveFile,
  nodeFileSystem,
  Mutex,
  openOwnerSession,
  OwnerObserver,
  publishFile,
  createExclusive,
} from '../../src/index.ts';

/** One process of a test: `node program.cjs <job> <directory> <name> <count>`; answers on standard output, one JSON a line. */
const [job = '', directory = '', name = '', count = '0'] = process.argv.slice(2);

function say(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

async function standardInputEnds(): Promise<void> {
  // A pipe that is closed ends the wait: no process outlives its test.
  for await (const _ of process.stdin);
}

async function listAll(path: string): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of nodeFileSystem().list(path)) found.push(...batch.map((entry) => entry.name));
  return found;
}

const jobs: Readonly<Record<string, () => Promise<void>>> = {
  /** Opens a session and keeps it until standard input ends. */
  async session() {
    const session = await openOwnerSession({ directory, lease_ms: 60_000 });
    say(session.record);
    await standardInputEnds();
    await session.close();
  },

  /** Moves the files 0..count-1 against others. */
  async move() {
    say('ready');
    await standardInputEnds();
    const won: number[] = [];
    for (let index = 0; index < Number(count); index += 1) {
      const moved = await moveFile(
        join(directory, 'box', `${index}`),
        join(directory, 'tmp', `${index}~${name}`),
      );
      if (moved) won.push(index);
    }
    say(won);
  },

  /** Creates the names 0..count-1 against others. */
  async create() {
    say('ready');
    await standardInputEnds();
    const won: number[] = [];
    for (let index = 0; index < Number(count); index += 1) {
      const options = { durability: 'none' } as const;
      if (await createExclusive(join(directory, 'box', `${index}`), Buffer.from(name), options))
        won.push(index);
    }
    say(won);
  },

  /** Acquires a mutex again and again; in between, nobody else may be inside. */
  async mutex() {
    const owners = join(directory, 'owners');
    await using session = await openOwnerSession({ directory: owners });
    const observer = new OwnerObserver({ directory: owners, endedDirectory: join(directory, 'ended') });
    const mutex = new Mutex({
      directory: join(directory, 'mutex'),
      temporaryDirectory: join(directory, 'tmp'),
      session: () => session,
      observer,
    });
    say('ready');
    await standardInputEnds();
    const generations: number[] = [];
    for (let turn = 0; turn < Number(count); turn += 1) {
      await using hold = await mutex.acquire({ timeout_ms: 120_000 });
      const inside = join(directory, 'box', 'inside');
      closeSync(openSync(inside, 'wx'));
      generations.push(hold.generation);
      if (!(await hold.stillHeld())) throw new Error('The mutex was lost while it was held.');
      rmSync(inside);
    }
    say(generations);
  },

  /** Many in one process want the mutex again and again, each on a session of its own; `name` says how many. */
  async contenders() {
    const owners = join(directory, 'owners');
    const contenders = await Promise.all(
      Array.from({ length: Number(name) }, async () => {
        const session = await openOwnerSession({ directory: owners });
        const mutex = new Mutex({
          directory: join(directory, 'mutex'),
          temporaryDirectory: join(directory, 'tmp'),
          session: () => session,
          observer: new OwnerObserver({ directory: owners, endedDirectory: join(directory, 'ended') }),
        });
        return { session, mutex };
      }),
    );
    say('ready');
    await standardInputEnds();
    const turns = await Promise.all(
      contenders.map(async ({ mutex }) => {
        let turn = 0;
        for (; turn < Number(count); turn += 1) {
          await using _hold = await mutex.acquire({ timeout_ms: 60_000 });
          await setImmediate();
        }
        return turn;
      }),
    );
    for (const { session } of contenders) await session.close();
    say(turns);
  },

  /** Takes a mutex and never gives it back. */
  async hold() {
    const owners = join(directory, 'owners');
    const session = await openOwnerSession({ directory: owners });
    const mutex = new Mutex({
      directory: join(directory, 'mutex'),
      temporaryDirectory: join(directory, 'tmp'),
      session: () => session,
      observer: new OwnerObserver({ directory: owners, endedDirectory: join(directory, 'ended') }),
    });
    const hold = await mutex.acquire();
    say({ owner: session.owner, generation: hold.generation });
    await standardInputEnds();
  },

  /** Makes everything that a group shall use, under a umask that keeps groups out. */
  async share() {
    process.umask(0o077);
    const shared = {
      temporaryDirectory: join(directory, 'shared', 'tmp'),
      fileMode: 0o660,
      directoryMode: 0o770,
    };
    await publishFile(join(directory, 'shared', 'box', 'file'), Buffer.from('x'), shared);
    await publishFile(join(directory, 'own', 'file'), Buffer.from('x'), {
      temporaryDirectory: join(directory, 'own', 'tmp'),
    });
    const owners = join(directory, 'shared', 'owners');
    await using session = await openOwnerSession({ ...shared, directory: owners });
    const mutex = new Mutex({
      directory: join(directory, 'shared', 'mutexes', 'm'),
      temporaryDirectory: shared.temporaryDirectory,
      session: () => session,
      observer: new OwnerObserver({ directory: owners, endedDirectory: join(directory, 'ended') }),
    });
    await using _ = await mutex.acquire();
    const paths = [
      'shared',
      'shared/tmp',
      'shared/box',
      'shared/box/file',
      'shared/owners',
      'shared/mutexes',
    ];
    const modes: Record<string, number> = {};
    for (const path of [...paths, 'shared/mutexes/m', 'own', 'own/tmp', 'own/file']) {
      modes[path] = (await nodeFileSystem().status(join(directory, path))).mode;
    }
    modes['record'] = (await nodeFileSystem().status(join(owners, `${session.owner}.json`))).mode;
    say(modes);
  },

  /** Publishes while every file descriptor is taken, then lets go of some. */
  async descriptors() {
    const taken: number[] = [];
    const takeAll = (): void => {
      try {
        for (;;) taken.push(openSync(join(directory, 'box'), 'r'));
      } catch {
        // That was the last.
      }
    };
    writeFileSync(join(directory, 'box', 'before'), '');
    takeAll();
    const published = publishFile(join(directory, 'box', 'a'), Buffer.from('x'), {
      temporaryDirectory: join(directory, 'tmp'),
    });
    const listed = listAll(join(directory, 'box'));
    let first = 'waiting';
    void published.then(
      () => (first = 'published'),
      () => (first = 'failed'),
    );
    for (let turn = 0; turn < 50; turn += 1) await setImmediate();
    const whileFull = first;
    for (const descriptor of taken) closeSync(descriptor);
    await published;
    say({ listed: await listed, taken: taken.length, first: whileFull });
  },
};

await jobs[job]?.();
