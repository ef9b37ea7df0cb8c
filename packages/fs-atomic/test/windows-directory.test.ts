import fs from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { syncWindowsDirectory } from '../src/node-flushing.ts';
import { place, rejection } from './support.ts';

test('Windows: a directory that is open elsewhere for a moment is opened again for its flush, and not for ever', async () => {
  await using here = await place();
  const clock = new ManualClock();
  let busy = 3;
  const openSync = fs.openSync.bind(fs);
  const opening = vi.spyOn(fs, 'openSync').mockImplementation((path, ...more) => {
    if ((busy -= 1) >= 0) throw Object.assign(new Error('EBUSY'), { code: 'EBUSY', syscall: 'open' });
    return openSync(path, ...more);
  });
  onTestFinished(() => opening.mockRestore());
  const flushed = syncWindowsDirectory(here.box, clock);
  await clock.timerSet();
  await clock.advance(1_000);
  // Elsewhere a directory cannot be opened for writing, as on a share of Windows.
  expect(await flushed).toBe(process.platform === 'win32');
  expect(opening).toHaveBeenCalledTimes(4);
  busy = Number.POSITIVE_INFINITY;
  const late = rejection(syncWindowsDirectory(here.box, clock));
  await clock.timerSet();
  await clock.advance(10_000);
  expect(await late).toMatchObject({ code: 'EBUSY' });
});
