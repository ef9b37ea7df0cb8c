import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
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
