import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { replaceFile } from '@tapps-agents/fs-atomic';
import { FaultyFileSystem, ManualClock } from '@tapps-agents/fs-atomic/testing';
import { bytes, names, place, rejection } from './support.ts';

test('replaceFile swaps old for new in one rename', async () => {
  await using here = await place();
  const path = join(here.box, 'state.json');
  const options = { temporaryDirectory: here.tmp };
  expect(await replaceFile(path, bytes('one'), options)).toEqual({ path, durability: 'full' });
  expect(await replaceFile(path, bytes('two'), options)).toEqual({ path, durability: 'full' });
  expect(readFileSync(path, 'utf8')).toBe('two');
  expect(names(here.tmp)).toEqual([]);
});

test('replaceFile waits on Windows until a reader lets go, and gives up with the old content in place', async () => {
  await using here = await place();
  const path = join(here.box, 'state.json');
  await replaceFile(path, bytes('one'), { temporaryDirectory: here.tmp });
  const clock = new ManualClock();
  const fileSystem = new FaultyFileSystem();
  const options = { temporaryDirectory: here.tmp, fileSystem, clock, platform: 'win32' as const };
  fileSystem.fail({ verb: 'rename', times: 3, code: 'EPERM' });
  const replaced = replaceFile(path, bytes('two'), options);
  await clock.timerSet();
  await clock.advance(5_000);
  await replaced;
  expect(readFileSync(path, 'utf8')).toBe('two');
  fileSystem.fail({ verb: 'rename', times: Number.POSITIVE_INFINITY, code: 'EPERM' });
  const failed = rejection(replaceFile(path, bytes('three'), options));
  await clock.timerSet();
  await clock.advance(6_000);
  expect(await failed).toMatchObject({ code: 'ERR_ACCESS_DENIED', published: [] });
  expect(readFileSync(path, 'utf8')).toBe('two');
  expect(names(here.tmp)).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

test('replaceFile gets its way past a reader who has the old file open for a moment', async () => {
  await using here = await place();
  const path = join(here.box, 'state.json');
  writeFileSync(path, 'one');
  const clock = new ManualClock();
  const reader = openSync(path, 'r');
  const waits = clock.timerSet();
  const replaced = replaceFile(path, bytes('two'), { temporaryDirectory: here.tmp, clock });
  // Only Windows lets a reader keep others from replacing the file.
  if (process.platform === 'win32') await Promise.race([waits, replaced]);
  else await replaced;
  closeSync(reader);
  await clock.advance(5_000);
  await replaced;
  expect(readFileSync(path, 'utf8')).toBe('two');
  expect(names(here.tmp)).toEqual([]);
});
