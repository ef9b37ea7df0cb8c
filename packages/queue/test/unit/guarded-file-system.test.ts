import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { inBackground, nodeFileSystem, type FileSystem } from '@tapps-agents/fs-atomic';
import { FaultyFileSystem, ManualClock } from '@tapps-agents/fs-atomic/testing';
import { describe, expect, test } from 'vitest';
import { guardedFileSystem } from '../../src/file-store/guarded-file-system.ts';
import { failOnLeaks } from '../support/leaks.ts';
import { canLink, NO_LINKS } from '../support/links.ts';
import { place, type Place } from '../support/place.ts';

failOnLeaks();

/** A message, on a system where names that are being removed cannot be looked at, and a clock that goes on whenever somebody waits. */
function arrange(here: Place, platform: NodeJS.Platform) {
  const box = join(here.root, 'inbox');
  mkdirSync(box, { recursive: true });
  const file = join(box, 'a.json');
  writeFileSync(file, '{}');
  const clock = new ManualClock();
  const faulty = new FaultyFileSystem();
  const guarded = guardedFileSystem(faulty, here.root, clock, platform);
  const ended = async <T>(call: T | Promise<T>): Promise<T> => {
    const state = { settled: false };
    const result = Promise.resolve(call).finally(() => {
      state.settled = true;
    });
    result.catch(() => {}); // It is thrown below.
    while (!state.settled) {
      await setImmediate();
      await clock.advance(clock.nextTimer_ms ?? 0);
    }
    return await result;
  };
  return { box, file, clock, faulty, guarded, ended };
}

describe('a name that Windows does not let anybody look at', () => {
  test.for(['EPERM', 'EBUSY', 'EACCES'])('%s that passes: is looked at again', async (code) => {
    await using here = await place();
    const { file, faulty, guarded, ended } = arrange(here, 'win32');
    faulty.fail({ verb: 'status', path: 'a.json', code, times: 3 });
    expect(await ended(guarded.status(file))).toMatchObject({ kind: 'file', size: 2 });
    expect(faulty.calls.filter(({ path }) => path.endsWith('a.json'))).toHaveLength(4);
  });

  test('is what it was found to be in the end: gone', async () => {
    await using here = await place();
    const { file, faulty, guarded, ended } = arrange(here, 'win32');
    faulty.fail({ verb: 'status', path: 'a.json', code: 'EPERM', times: 3 });
    faulty.onCall = () => {
      if (faulty.calls.filter(({ path }) => path.endsWith('a.json')).length > 3)
        rmSync(file, { force: true });
    };
    await expect(ended(guarded.status(file))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('among the parents: whatever is done below waits for it', async () => {
    await using here = await place();
    const { box, file, faulty, guarded, ended } = arrange(here, 'win32');
    faulty.fail({ verb: 'status', path: /inbox$/, code: 'EPERM', times: 2 });
    expect(new TextDecoder().decode(await ended(guarded.read(file, 100)))).toBe('{}');
    expect(faulty.calls.map(({ verb }) => verb)).toEqual(['status', 'status', 'status', 'read']);
    faulty.fail({ verb: 'status', path: /inbox$/, code: 'EPERM', times: 2 });
    expect(await ended(guarded.status(box))).toMatchObject({ kind: 'directory' });
  });

  test('for good: the error is thrown, after half a second', async () => {
    await using here = await place();
    const { file, clock, faulty, guarded, ended } = arrange(here, 'win32');
    faulty.fail({ verb: 'status', path: 'a.json', code: 'EPERM', times: 1_000 });
    const began_ms = clock.monotonic();
    await expect(ended(guarded.status(file))).rejects.toMatchObject({ code: 'EPERM' });
    expect(clock.monotonic() - began_ms).toBe(500);
  });
});

test('where such an error does not pass, it is thrown at once', async () => {
  await using here = await place();
  const { file, faulty, guarded } = arrange(here, 'linux');
  faulty.fail({ verb: 'status', path: 'a.json', code: 'EPERM' });
  await expect(Promise.resolve(guarded.status(file))).rejects.toMatchObject({ code: 'EPERM' });
  expect(faulty.calls.filter(({ path }) => path.endsWith('a.json'))).toHaveLength(1);
});

describe('a file in the place of a directory, below which Windows calls everything missing', () => {
  test.for(['list', 'status', 'create'] as const)('fails %s there, on Windows alone', async (verb) => {
    await using here = await place();
    for (const [platform, code] of [
      ['win32', 'ENOTDIR'],
      ['linux', 'ENOENT'],
    ] as const) {
      const { file, faulty, guarded } = arrange(here, platform);
      faulty.fail({ verb, path: /below/, code: 'ENOENT', times: 1_000 });
      const below = join(file, 'below');
      const call = async (): Promise<unknown> => {
        if (verb === 'list') for await (const batch of guarded.list(below)) return batch;
        return verb === 'create' ? await guarded.create(below, 0o600) : await guarded.status(below);
      };
      await expect(call()).rejects.toMatchObject({ code });
    }
  });

  test('is found to be one by who asks for it', async () => {
    await using here = await place();
    const { file, guarded } = arrange(here, 'win32');
    expect(await guarded.status(file)).toMatchObject({ kind: 'file' });
  });
});

test('what was seen a second ago is looked at again, and a call of then is no look more', async () => {
  await using here = await place();
  const { file, clock, faulty, guarded } = arrange(here, 'linux');
  const looks = (): number =>
    faulty.calls.filter(({ verb, path }) => verb === 'status' && path.endsWith('/inbox')).length;
  await guarded.read(file, 100);
  expect(looks()).toBe(1);
  await clock.advance(900);
  await guarded.read(file, 100);
  expect(looks()).toBe(1); // Nor did the calls in between make the look younger:
  await clock.advance(100);
  await guarded.read(file, 100);
  expect(looks()).toBe(2);
});

test('a link that took the place of a directory a second ago is not followed', async ({ skip }) => {
  skip(!canLink, NO_LINKS);
  await using here = await place();
  const { box, file, clock, guarded } = arrange(here, 'linux');
  await guarded.read(file, 100);
  await clock.advance(1_000);
  rmSync(box, { recursive: true });
  const elsewhere = join(here.root, '..', 'elsewhere');
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'a.json'), '{}');
  symlinkSync(elsewhere, box, 'junction');
  await expect(Promise.resolve(guarded.read(file, 100))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(Promise.resolve(guarded.read(file, 100))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

/** Every call that takes a path, on a file `a.json` in a directory; for some, what they do is asked for after the answer. */
const calls: Readonly<Record<string, (on: FileSystem, directory: string, elsewhere: string) => unknown>> = {
  create: (on, directory) => on.create(join(directory, 'new'), 0o600),
  read: (on, directory) => on.read(join(directory, 'a.json'), 100),
  'rename from': (on, directory, elsewhere) =>
    on.rename(join(directory, 'a.json'), join(elsewhere, 'b.json')),
  'rename to': (on, directory, elsewhere) =>
    on.rename(join(elsewhere, 'own.json'), join(directory, 'b.json')),
  remove: (on, directory) => on.remove(join(directory, 'a.json')),
  createDirectory: (on, directory) => on.createDirectory(join(directory, 'new'), 0o700),
  removeDirectory: (on, directory) => on.removeDirectory(join(directory, 'empty')),
  list: async (on, directory) => {
    for await (const batch of on.list(directory)) return batch;
    return null;
  },
  names: (on, directory) => on.names?.(directory),
  status: (on, directory) => on.status(join(directory, 'a.json')),
  find: (on, directory) => on.find?.(join(directory, 'a.json')),
  touch: (on, directory) => on.touch(join(directory, 'a.json'), 0),
  syncDirectory: (on, directory) => on.syncDirectory(directory),
  holdExclusively: (on, directory) => on.holdExclusively(join(directory, 'a.alive')),
  changeMode: (on, directory) => on.changeMode?.(join(directory, 'a.json'), 0o666),
};

test('no call goes through a link in the place of a directory, whichever it is', async ({ skip }) => {
  skip(!canLink, NO_LINKS);
  // But for hints, which tell nothing of what is there, and how much room there is.
  const known = new Set(Object.keys(calls).map((name) => name.split(' ')[0]));
  expect(Object.keys(nodeFileSystem()).filter((verb) => !known.has(verb))).toEqual([
    'watch',
    'space',
    'inBackground',
  ]);
  const everyCall = Object.entries(calls);
  const inTheBackground = everyCall.map(
    ([name, call]) =>
      [
        `${name} in the background`,
        (on, ...rest) => call(inBackground(on), ...rest),
      ] as (typeof everyCall)[number],
  );
  for (const [name, call] of [...everyCall, ...inTheBackground]) {
    await using here = await place();
    const elsewhere = join(here.path, 'elsewhere');
    const own = join(here.root, 'outbox');
    for (const path of [join(elsewhere, 'empty'), own]) mkdirSync(path, { recursive: true });
    for (const path of [join(elsewhere, 'a.json'), join(own, 'own.json')]) writeFileSync(path, '{}');
    const link = join(here.root, 'inbox');
    symlinkSync(elsewhere, link, 'junction');
    const guarded = guardedFileSystem(nodeFileSystem(), here.root, new ManualClock(), 'linux');
    expect(inBackground(guarded)).not.toBe(guarded);
    expect(inBackground(guarded)).toBe(inBackground(guarded));
    expect(inBackground(inBackground(guarded))).toBe(inBackground(guarded));
    const attempt = async (): Promise<unknown> => await call(guarded, link, own);
    await expect(attempt(), name).rejects.toMatchObject({ code: 'ENOTDIR' });
    expect([name, readdirSync(elsewhere).sort(), readdirSync(own)]).toEqual([
      name,
      ['a.json', 'empty'],
      ['own.json'],
    ]);
  }
});

describe('a directory in which calls may be made without a look', () => {
  test('is one that was looked at less than a second ago, with all above it', async () => {
    await using here = await place();
    const { box, file, clock, guarded } = arrange(here, 'linux');
    expect(guarded.isFree(box)).toBe(false);
    await guarded.read(file, 100);
    expect(guarded.isFree(box)).toBe(true);
    expect(guarded.isFree(join(box, 'below'))).toBe(false);
    await clock.advance(999);
    expect(guarded.isFree(box)).toBe(true);
    await clock.advance(1);
    expect(guarded.isFree(box)).toBe(false);
  });

  test('is none on Windows, where each call has to be patient', async () => {
    await using here = await place();
    const { box, file, guarded } = arrange(here, 'win32');
    await guarded.read(file, 100);
    expect(guarded.isFree(box)).toBe(false);
  });

  test('is none where a link has its place', async ({ skip }) => {
    skip(!canLink, NO_LINKS);
    await using here = await place();
    const { box, guarded } = arrange(here, 'linux');
    const link = join(here.root, 'outbox');
    symlinkSync(box, link);
    await expect((async () => await guarded.read(join(link, 'a.json'), 100))()).rejects.toMatchObject({
      code: 'ENOTDIR',
    });
    expect(guarded.isFree(link)).toBe(false);
  });

  test('is not told from one whose name begins alike, nor from one below it', async () => {
    await using here = await place();
    const { box, file, guarded, faulty } = arrange(here, 'linux');
    const [alike, below] = [`${box}-2`, join(box, 'below')];
    for (const directory of [alike, below]) {
      mkdirSync(directory);
      writeFileSync(join(directory, 'b.json'), '{}');
    }
    for (let times = 0; times < 2; times += 1) await guarded.read(file, 100); // The second finds it among the last few.
    for (const directory of [alike, below]) {
      const before = faulty.calls.length;
      await guarded.read(join(directory, 'b.json'), 100);
      const looked = faulty.calls.slice(before).filter(({ verb }) => verb === 'status');
      expect(looked.map(({ path }) => basename(path))).toEqual([basename(directory)]);
    }
  });
});
