import fs, { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { inBackground, nodeFileSystem, openOwnerSession, systemErrorCode } from '@tapps-agents/fs-atomic';
import type { DirectoryEntry, FileSystem } from '@tapps-agents/fs-atomic';
import { alteredFileSystem, ManualClock } from '@tapps-agents/fs-atomic/testing';
import { callsUnderWay } from '../src/thread-pool.ts';
import { names, place } from './support.ts';

const fileSystem = nodeFileSystem();
const background = inBackground(fileSystem);

function never(): Promise<void> {
  return new Promise(() => undefined);
}

async function listed(port: FileSystem, path: string): Promise<readonly DirectoryEntry[]> {
  const found = [];
  for await (const batch of port.list(path)) found.push(...batch);
  return found.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** What a port does that the two ways of it have in common, on a file `a` in a directory. */
const calls: Readonly<Record<string, (port: FileSystem, directory: string) => unknown>> = {
  list: (port, directory) => listed(port, directory),
  touch: (port, directory) => port.touch(join(directory, 'a'), 1_000_000),
  remove: (port, directory) => port.remove(join(directory, 'a')),
  createDirectory: (port, directory) => port.createDirectory(join(directory, 'new'), 0o700),
};

test.for(Object.entries(calls))(
  '%s in the background does what it does at once, and fails alike',
  async ([, call]) => {
    const answers = [];
    for (const port of [fileSystem, background]) {
      await using here = await place();
      writeFileSync(join(here.box, 'a'), 'x');
      mkdirSync(join(here.box, 'b'));
      const answer = await call(port, here.box);
      const left = names(here.box);
      const times = left.filter((name) => name === 'a').map((name) => statSync(join(here.box, name)).mtimeMs);
      let code: string | undefined;
      try {
        await call(port, join(here.box, 'none'));
      } catch (error) {
        code = systemErrorCode(error);
      }
      answers.push({ answer, left, isTouched: times[0] === 1_000_000, code });
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[1]).toMatchObject({ code: 'ENOENT' });
  },
);

test.for([
  ['touch', 'lutimes'],
  ['remove', 'unlink'],
  ['createDirectory', 'mkdir'],
] as const)(
  '%s in the background is made by %s of the thread pool, and counted until it is answered',
  async ([verb, name]) => {
    await using here = await place();
    writeFileSync(join(here.box, 'a'), 'x');
    using made = vi.spyOn(fs, name);
    using madeAtOnce = vi.spyOn(fs, `${name}Sync`);
    const answer = calls[verb]?.(background, here.box);
    expect(callsUnderWay()).toBe(1);
    await answer;
    expect(callsUnderWay()).toBe(0);
    expect(made).toHaveBeenCalledTimes(1);
    expect(madeAtOnce).not.toHaveBeenCalled();
  },
);

test('a directory is read in the background, 128 names at a time, whole and to its end once', async () => {
  await using here = await place();
  for (const count of [0, 1, 128, 1_000, 1_024]) {
    const all = Array.from({ length: count }, (_, index) => `file-${index}`);
    for (const name of all) writeFileSync(join(here.box, name), 'x');
    using reads = vi.spyOn(fs.Dir.prototype, 'read');
    using readsAtOnce = vi.spyOn(fs.Dir.prototype, 'readSync');
    const fetches = Math.floor(count / 128) + 1;
    const found = await listed(background, here.box);
    expect(found.map(({ name }) => name)).toEqual(all.toSorted());
    expect(reads).toHaveBeenCalledTimes(fetches);
    expect(readsAtOnce).toHaveBeenCalledTimes(count + 1 - fetches);
    expect(await listed(fileSystem, here.box)).toEqual(found);
    expect(reads).toHaveBeenCalledTimes(fetches);
  }
});

test('a port made of node’s has what it inherits in the background, too, and one background', async () => {
  await using here = await place();
  const removed: string[] = [];
  const heir: FileSystem = Object.setPrototypeOf(
    { remove: (path: string) => void removed.push(path) },
    fileSystem,
  );
  const behind = inBackground(heir);
  await behind.touch(here.box, 0);
  await behind.remove(here.box);
  expect(removed).toEqual([here.box]);
  expect((await behind.status(here.box)).modified_ms).toBe(0);
  expect(inBackground(heir)).toBe(behind);
  expect(inBackground(fileSystem)).toBe(background);
});

test('a port that has one way is its own in the background', () => {
  const plain = alteredFileSystem(fileSystem, {});
  expect(inBackground(plain)).toBe(plain);
  expect(inBackground(background)).toBe(background);
});

test('heartbeats are made in the background: they must not hold up a process whose disk makes them wait', async () => {
  await using here = await place();
  const touched: string[] = [];
  const slow: FileSystem = {
    ...fileSystem,
    touch: (path, modified_ms) => {
      touched.push(path);
      return background.touch(path, modified_ms);
    },
  };
  const port: FileSystem = {
    ...fileSystem,
    touch: () => {
      throw new Error('touched at once');
    },
    inBackground: () => slow,
  };
  const clock = new ManualClock();
  const errors: unknown[] = [];
  await using session = await openOwnerSession({
    directory: here.box,
    lease_ms: 30_000,
    clock,
    fileSystem: port,
    onError: (error) => void errors.push(error),
  });
  await clock.advance(65_000);
  await session.ensureAlive();
  expect(errors).toEqual([]);
  expect(touched.length).toBeGreaterThanOrEqual(6);
});

test('a session whose heartbeats others keep from the thread pool lives on, and can be closed', async () => {
  await using here = await place();
  const stuck: FileSystem = { ...fileSystem, touch: never };
  const port: FileSystem = { ...fileSystem, inBackground: () => stuck };
  const clock = new ManualClock();
  const lease_ms = 30_000;
  const session = await openOwnerSession({ directory: here.box, lease_ms, clock, fileSystem: port });
  for (let leases = 0; leases < 5; leases += 1) {
    const before = statSync(join(here.box, `${session.owner}.json`)).mtimeMs;
    await clock.advance(lease_ms);
    expect(session.signal.aborted).toBe(false);
    expect(statSync(join(here.box, `${session.owner}.json`)).mtimeMs).not.toBe(before);
    await session.ensureAlive();
  }
  clock.freeze(lease_ms * 0.9);
  await session.ensureAlive();
  await session.close();
  expect(names(here.box)).toEqual([]);
});

test('a heartbeat that comes late from the thread pool makes no newer one older', async () => {
  await using here = await place();
  const waiting: (() => void)[] = [];
  const slow: FileSystem = {
    ...fileSystem,
    touch: async (path, modified_ms) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      await fileSystem.touch(path, modified_ms);
    },
  };
  const port: FileSystem = { ...fileSystem, inBackground: () => slow };
  const clock = new ManualClock();
  const lease_ms = 30_000;
  await using session = await openOwnerSession({ directory: here.box, lease_ms, clock, fileSystem: port });
  await clock.advance(10_000); // One is under way,
  clock.freeze(14_000);
  await session.ensureAlive(); // and overtaken.
  for (const go of waiting.splice(0)) go();
  await clock.settle();
  clock.freeze(14_000); // 28 s after the first of the two, 14 after the other.
  const touched = statSync(join(here.box, `${session.owner}.json`)).mtimeMs;
  await session.ensureAlive();
  expect(statSync(join(here.box, `${session.owner}.json`)).mtimeMs).toBe(touched);
});

test('who asks whether a session lives is told by a heartbeat that began after the question, not by one that stood still', async () => {
  await using here = await place();
  const waiting: (() => void)[] = [];
  let touches = 0;
  const slow = alteredFileSystem(fileSystem, {
    touch: async (path, modified_ms) => {
      touches += 1;
      await new Promise<void>((resolve) => waiting.push(resolve));
      await fileSystem.touch(path, modified_ms);
    },
  });
  const clock = new ManualClock();
  const lease_ms = 30_000;
  const session = await openOwnerSession({ directory: here.box, lease_ms, clock, fileSystem: slow });
  clock.freeze(16_000);
  const first = session.ensureAlive();
  await clock.settle();
  clock.freeze(16_000);
  const second = session.ensureAlive();
  for (const _ of [1, 2]) {
    await clock.settle();
    for (const go of waiting.splice(0)) go();
    await clock.settle();
    expect(touches).toBe(2);
  }
  await Promise.all([first, second]);
  await session.close();
});

test('a session of which no way gets through is lost, and says so', async () => {
  await using here = await place();
  const clock = new ManualClock();
  const lease_ms = 30_000;
  const session = await openOwnerSession({
    directory: here.box,
    lease_ms,
    clock,
    fileSystem: { ...fileSystem, touch: never },
  });
  await clock.advance(2 * lease_ms);
  expect(session.signal.aborted).toBe(true);
  expect(() => session.ensureAlive()).toThrow('no heartbeat succeeded');
});

test('what is made of a background is whole, and its own background', async () => {
  await using here = await place();
  const touched: string[] = [];
  const touch = (path: string): void => void touched.push(path);
  const copy: FileSystem = { ...background, touch };
  const heir: FileSystem = Object.setPrototypeOf({ touch }, background);
  for (const port of [copy, heir]) {
    expect((await port.status(here.box)).kind).toBe('directory');
    await inBackground(port).touch(here.box, 0);
  }
  expect(touched).toEqual([here.box, here.box]);
});
