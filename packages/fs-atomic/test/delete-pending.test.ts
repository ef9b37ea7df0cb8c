import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { FaultyFileSystem, ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { createExclusive, ensureDirectory, publishFile } from '@tapps-agents/fs-atomic';
import { bytes, names, place } from './support.ts';

/*
 * Windows removes a file or directory only when the last handle on it is closed. Until then its name is taken and cannot be
 * opened: whoever makes something of that name is told ERROR_ACCESS_DENIED (EPERM), where EEXIST or success was
 * expected. Elsewhere that ended the program, or a lock was never to be had again.
 *
 * Here EPERM is waited out, on Windows only, until the name is free, or the error has stood for as long as the caller waits for busy
 * files. Names are never used again, so only directories (and the mutex's) can meet it in earnest.
 */

/** What a call on Windows comes to, with a clock that goes on whenever somebody waits, `busy_ms` at most. */
async function onWindows<T>(
  fileSystem: FaultyFileSystem,
  call: (options: {
    readonly platform: 'win32';
    readonly clock: ManualClock;
    readonly busy_ms: number;
    readonly fileSystem: FaultyFileSystem;
  }) => Promise<T>,
  busy_ms = 2_000,
): Promise<T> {
  const clock = new ManualClock();
  const state = { settled: false };
  const result = call({ platform: 'win32', clock, busy_ms, fileSystem }).finally(() => {
    state.settled = true;
  });
  result.catch(() => {}); // It is thrown below.
  while (!state.settled) {
    await setImmediate();
    await clock.advance(clock.nextTimer_ms ?? 0);
  }
  return await result;
}

test('creating a file whose name is being deleted waits until it is free', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  fileSystem.fail({ verb: 'create', code: 'EPERM', times: 3 });
  expect(await onWindows(fileSystem, (how) => createExclusive(join(here.box, 'a'), bytes('x'), how))).toBe(
    true,
  );
  expect(names(here.box)).toEqual(['a']);
});

test('of two that create it then, the one that finds it made is told so', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  fileSystem.fail({ verb: 'create', code: 'EPERM', times: 3 });
  fileSystem.onCall = async ({ verb }) => {
    if (verb === 'create' && fileSystem.calls.length > 3)
      await createExclusive(join(here.box, 'a'), bytes('other'));
  };
  expect(await onWindows(fileSystem, (how) => createExclusive(join(here.box, 'a'), bytes('x'), how))).toBe(
    false,
  );
});

test('a directory whose name is being deleted is made when it is free', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  fileSystem.fail({ verb: 'createDirectory', code: 'EPERM', times: 3 });
  const path = join(here.path, 'task');
  expect(await onWindows(fileSystem, (how) => ensureDirectory(path, how))).toEqual([path]);
});

test('so it is where not even a look at it is allowed meanwhile', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  fileSystem.fail({ verb: 'createDirectory', code: 'EPERM', times: 3 });
  fileSystem.fail({ verb: 'status', code: 'EPERM', times: 3 });
  const path = join(here.path, 'task');
  expect(await onWindows(fileSystem, (how) => ensureDirectory(path, how))).toEqual([path]);
});

test('publishing into a directory that is being deleted brings the file there', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  fileSystem.fail({ verb: 'rename', code: 'EPERM', times: 2 });
  fileSystem.fail({ verb: 'createDirectory', path: 'task', code: 'EPERM', times: 2 });
  const path = join(here.path, 'task', 'a');
  await onWindows(fileSystem, (how) =>
    publishFile(path, bytes('x'), { ...how, temporaryDirectory: here.tmp }),
  );
  expect(names(join(here.path, 'task'))).toEqual(['a']);
});

test('the same notices who does not wait, for a file and for a directory', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  fileSystem.fail({ verb: 'create', code: 'EPERM', times: 3 });
  fileSystem.fail({ verb: 'createDirectory', code: 'EPERM', times: 3 });
  const file = join(here.box, 'a');
  const directory = join(here.path, 'task');
  const denied = { code: 'ERR_ACCESS_DENIED' };
  await expect(
    onWindows(fileSystem, (how) => createExclusive(file, bytes('x'), how), 0),
  ).rejects.toMatchObject(denied);
  await expect(onWindows(fileSystem, (how) => ensureDirectory(directory, how), 0)).rejects.toMatchObject(
    denied,
  );
  expect(names(here.box)).toEqual([]);
});

test('what stays denied is an error in the end, of the path, and a directory that is there is none', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  fileSystem.fail({ verb: 'createDirectory', code: 'EPERM', times: Number.POSITIVE_INFINITY });
  const path = join(here.path, 'task');
  await expect(onWindows(fileSystem, (how) => ensureDirectory(path, how))).rejects.toMatchObject({ path });
  expect(await onWindows(fileSystem, (how) => ensureDirectory(here.box, how))).toEqual([]); // As `mkdir C:\` is answered.
});

test('elsewhere than on Windows EPERM is final at once', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  fileSystem.fail({ verb: 'createDirectory', code: 'EPERM' });
  const options = { fileSystem, platform: 'linux' } as const;
  await expect(ensureDirectory(join(here.path, 'task'), options)).rejects.toMatchObject({
    code: 'ERR_ACCESS_DENIED',
  });
  expect(fileSystem.verbs.filter((verb) => verb === 'createDirectory')).toHaveLength(1);
});
