import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { moveFile, moveMany, publishEach, publishMany } from '@tapps-agents/fs-atomic';
import { FaultyFileSystem, ManualClock } from '@tapps-agents/fs-atomic/testing';
import { bytes, place, rejection } from './support.ts';

test('Windows: a busy file is tried again until it is free, or until the signal aborts', async () => {
  await using here = await place();
  writeFileSync(join(here.box, 'a'), 'x');
  const clock = new ManualClock();
  const fileSystem = new FaultyFileSystem();
  fileSystem.fail({ verb: 'rename', times: 4, code: 'EBUSY' });
  const options = { fileSystem, clock, platform: 'win32' as const };
  const moved = moveFile(join(here.box, 'a'), join(here.tmp, 'b'), options);
  await clock.timerSet();
  await clock.advance(1_000);
  expect(await moved).toBe(true);
  expect(fileSystem.verbs.length).toBe(5);

  fileSystem.fail({ verb: 'rename', times: 1_000, code: 'EACCES' });
  const controller = new AbortController();
  const aborted = rejection(
    moveFile(join(here.tmp, 'b'), join(here.box, 'c'), { ...options, signal: controller.signal }),
  );
  await clock.timerSet();
  controller.abort(new Error('enough'));
  expect(await aborted).toMatchObject({ message: 'enough' });
  expect(clock.pendingTimers).toBe(0);

  const late = rejection(moveFile(join(here.tmp, 'b'), join(here.box, 'c'), options));
  await clock.timerSet();
  const before_ms = clock.monotonic();
  await clock.advance(10_000);
  expect(await late).toMatchObject({ code: 'ERR_ACCESS_DENIED' });
  expect(clock.monotonic() - before_ms).toBe(10_000);
});

test.each(['EBUSY', 'EPERM', 'EACCES'])(
  'Windows: a file that stays busy (%s) is reported as in use, with what to do about that',
  async (code) => {
    await using here = await place();
    const clock = new ManualClock();
    const fileSystem = new FaultyFileSystem();
    fileSystem.fail({ verb: 'rename', times: Number.POSITIVE_INFINITY, code });
    const options = { fileSystem, clock, platform: 'win32' as const };
    const [from, to] = [join(here.box, 'a'), join(here.tmp, 'b')];
    const moved = rejection(moveFile(from, to, options));
    const many = moveMany([{ from, to }], options);
    await clock.timerSet();
    await clock.advance(60_000);
    const expected = {
      code: 'ERR_ACCESS_DENIED',
      path: from,
      message: expect.stringMatching(/(?:is in use|has it open).*Close the program.*scanners/),
    };
    expect(await moved).toMatchObject(expected);
    expect(await many).toMatchObject([{ status: 'rejected', reason: expected }]);
  },
);

test('POSIX: what is not permitted is not tried again', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  fileSystem.fail({ verb: 'rename', times: 9, code: 'EPERM' });
  const moved = moveFile(join(here.box, 'a'), join(here.tmp, 'b'), { fileSystem, platform: 'linux' });
  expect(await rejection(moved)).toMatchObject({ code: 'ERR_ACCESS_DENIED' });
  expect(fileSystem.verbs).toEqual(['rename']);
});

test('Windows: many that are in use hold up a batch by the time that one would, and a moment each', async () => {
  await using here = await place();
  writeFileSync(join(here.box, 'free'), 'x');
  const clock = new ManualClock();
  const fileSystem = new FaultyFileSystem();
  fileSystem.fail({ verb: 'rename', path: /busy/, times: Number.POSITIVE_INFINITY, code: 'EBUSY' });
  const all = [...Array.from({ length: 100 }, (_, index) => `busy${index}`), 'free'];
  const files = all.map((name) => ({ from: join(here.box, name), to: join(here.tmp, name) }));
  const begun_ms = clock.monotonic();
  const ended_ms: number[] = [];
  const moving = moveMany(files, { fileSystem, clock, platform: 'win32' }).finally(() => {
    ended_ms.push(clock.monotonic());
  });
  while (ended_ms.length === 0) await clock.advance(clock.nextTimer_ms ?? 0);
  const results = await moving;
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(100);
  expect(results.at(-1)).toEqual({ status: 'fulfilled', value: true });
  expect(ended_ms).toEqual([begun_ms + 5_000 + 99 * 50]);
});

test.each([
  ['files in use', false, 9 * 50],
  ['files in use, and what was written for them too,', true, 9 * 50 + 10 * 50],
])(
  'Windows: %s hold up publishEach by the time that one would, and a moment each',
  async (_, both, more_ms) => {
    await using here = await place();
    const clock = new ManualClock();
    const fileSystem = new FaultyFileSystem();
    const forEver = { times: Number.POSITIVE_INFINITY, code: 'EBUSY' };
    fileSystem.fail({ verb: 'rename', path: /busy/, ...forEver });
    if (both) fileSystem.fail({ verb: 'remove', ...forEver });
    const all = [...Array.from({ length: 10 }, (__, index) => `busy${index}`), 'free'];
    const files = all.map((name) => ({ path: join(here.box, name), bytes: bytes('x') }));
    const begun_ms = clock.monotonic();
    const ended_ms: number[] = [];
    const options = { temporaryDirectory: here.tmp, fileSystem, clock, platform: 'win32' } as const;
    const publishing = publishEach(files, options).finally(() => ended_ms.push(clock.monotonic()));
    while (ended_ms.length === 0) await clock.advance(clock.nextTimer_ms ?? 0);
    const results = await publishing;
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(10);
    expect(results.at(-1)).toMatchObject({ status: 'fulfilled' });
    expect(ended_ms[0]! - begun_ms).toBeCloseTo(5_000 + more_ms, 3);
  },
);

test('Windows: publishMany waits for files in use by one deadline', async () => {
  await using here = await place();
  const clock = new ManualClock();
  const begun_ms = clock.monotonic();
  const fileSystem = new FaultyFileSystem();
  fileSystem.onCall = ({ verb, to }) => {
    const isFree = to?.endsWith('soon') === true && clock.monotonic() - begun_ms > 4_000;
    if (verb === 'rename' && !isFree) throw Object.assign(new Error('EBUSY'), { code: 'EBUSY' });
  };
  const files = ['soon', 'late'].map((name) => ({ path: join(here.box, name), bytes: bytes('x') }));
  const ended_ms: number[] = [];
  const options = { temporaryDirectory: here.tmp, fileSystem, clock, platform: 'win32' } as const;
  const publishing = rejection(publishMany(files, options)).finally(() => ended_ms.push(clock.monotonic()));
  while (ended_ms.length === 0) await clock.advance(clock.nextTimer_ms ?? 0);
  const late = files[1]!.path;
  expect(await publishing).toMatchObject({
    code: 'ERR_ACCESS_DENIED',
    path: late,
    published: [files[0]!.path],
  });
  expect(ended_ms[0]! - begun_ms).toBeCloseTo(5_000, 3);
});
