import { mkdirSync, readdirSync, rmSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  isMutexTokenLost,
  Mutex,
  openOwnerSession,
  OwnerObserver,
  restoreMutexToken,
} from '@tapps-agents/fs-atomic';
import { names, place, rejection } from './support.ts';
import type { Place } from './support.ts';

const replacesDirectories = process.platform !== 'win32';

async function user(here: Place, platform = process.platform) {
  const owners = join(here.path, 'owners');
  const session = await openOwnerSession({ directory: owners });
  const observer = new OwnerObserver({ directory: owners, endedDirectory: join(here.path, 'ended') });
  const directory = join(here.path, 'mutex');
  const options = { directory, temporaryDirectory: here.tmp };
  const mutex = new Mutex({ ...options, session: () => session, observer, platform });
  return { mutex, options, directory, [Symbol.asyncDispose]: () => session.close() };
}

function loseToken(directory: string): void {
  for (const name of readdirSync(directory)) unlinkSync(join(directory, name));
}

test('a lost token is an error, not one more turn of others', async () => {
  await using here = await place();
  await using one = await user(here);
  await (await one.mutex.acquire()).release();
  expect(await isMutexTokenLost(one.options)).toBe(false);
  loseToken(one.directory);
  expect(await isMutexTokenLost(one.options)).toBe(true);
  expect(await rejection(one.mutex.tryAcquire())).toMatchObject({
    code: 'ERR_MUTEX_BROKEN',
    path: one.directory,
  });
  expect(await rejection(one.mutex.acquire())).toMatchObject({ code: 'ERR_MUTEX_BROKEN' });
});

test.each([
  ['linux', 'restoreMutexToken()'],
  ['win32', 'remove the directory'],
] as const)('what helps against a lost token on %s is said: %s', async (platform, what) => {
  await using here = await place();
  await using one = await user(here, platform);
  await (await one.mutex.acquire()).release();
  loseToken(one.directory);
  expect(await rejection(one.mutex.tryAcquire())).toMatchObject({ message: expect.stringContaining(what) });
});

test.runIf(replacesDirectories)(
  'of many that mend it one does, and no generation comes twice [Windows replaces no directory by renaming]',
  async () => {
    await using here = await place();
    await using one = await user(here);
    const seen: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const held = await one.mutex.acquire();
      seen.push(held.generation);
      loseToken(one.directory);
      const mended = await Promise.all([1, 2, 3, 4].map(() => restoreMutexToken(one.options)));
      expect(mended.filter(Boolean)).toHaveLength(1);
      expect(names(one.directory)).toEqual([expect.stringMatching(/^g\d{15}~free$/)]);
      expect(await held.stillHeld()).toBe(false);
      expect(await held.release()).toBe(false);
      expect(names(here.tmp)).toEqual([]);
    }
    const last = await one.mutex.acquire();
    seen.push(last.generation);
    expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
    await last.release();
  },
);

test.runIf(replacesDirectories)(
  'a directory that was changed in the far future gets no token that has no next [Windows replaces no directory by renaming]',
  async () => {
    await using here = await place();
    await using one = await user(here);
    await (await one.mutex.acquire()).release();
    loseToken(one.directory);
    const future = new Date('2300-01-01');
    utimesSync(one.directory, future, future);
    expect(await restoreMutexToken(one.options)).toBe(true);
    const hold = await one.mutex.acquire();
    expect(await hold.release()).toBe(true);
  },
);

test('a mutex that has its token, or was never made, is left as it is', async () => {
  await using here = await place();
  await using one = await user(here);
  expect(await restoreMutexToken(one.options)).toBe(false);
  expect(names(here.path)).not.toContain('mutex');
  const hold = await one.mutex.acquire();
  const before = names(one.directory);
  expect(await restoreMutexToken(one.options)).toBe(false);
  expect(names(one.directory)).toEqual(before);
  expect(await hold.release()).toBe(true);
});

test('nothing is put over a directory that holds another file', async () => {
  await using here = await place();
  await using one = await user(here);
  mkdirSync(one.directory);
  writeFileSync(join(one.directory, 'note.txt'), 'mine');
  expect(await restoreMutexToken(one.options)).toBe(false);
  expect(names(one.directory)).toEqual(['note.txt']);
  expect(names(here.tmp)).toEqual([]);
  rmSync(one.directory, { recursive: true });
});
