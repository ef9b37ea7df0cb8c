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

test.for(['touch', 'remove', 'createDirectory'])(
  '%s in the background leaves the event loop to others',
  async (verb) => {
    await using here = await place();
    writeFileSync(join(here.box, 'a'), 'x');
    const answer = calls[verb]?.(background, here.box);
    expect(callsUnderWay()).toBe(1);
    await answer;
    expect(callsUnderWay()).toBe(0);
  },
);

test('a directory is read in the background, 128 names at a time, and whole', async () => {
  await using here = await place();
  const all = Array.from({ length: 1_000 }, (_, index) => `file-${index}`);
  for (const name of all) writeFileSync(join(here.box, name), 'x');
  using fetches = vi.spyOn(fs.Dir.prototype, 'read');
  const found = await listed(background, here.box);
  expect(found.map(({ name }) => name)).toEqual(all.toSorted());
  expect(fetches).toHaveBeenCalledTimes(8);
  await listed(fileSystem, here.box);
  expect(fetches).toHaveBeenCalledTimes(8);
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
