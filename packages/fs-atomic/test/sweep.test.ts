import { existsSync, mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sweepTemporary } from '@tapps-agents/fs-atomic';
import type { FileStatus } from '@tapps-agents/fs-atomic';
import { FaultyFileSystem } from '@tapps-agents/fs-atomic/testing';
import { names, place, rejection } from './support.ts';

function age(path: string, hours: number): void {
  const seconds = Date.now() / 1_000 - hours * 3_600;
  utimesSync(path, seconds, seconds);
}

test('removes temporary files that are older than an hour, and nothing else', async () => {
  await using here = await place();
  for (const name of ['old.tmp', 'young.tmp', 'old.json', '.hidden']) writeFileSync(join(here.tmp, name), '');
  mkdirSync(join(here.tmp, 'mutex.tmp'));
  writeFileSync(join(here.tmp, 'mutex.tmp', 'g0~free'), '');
  mkdirSync(join(here.tmp, 'full.tmp'));
  writeFileSync(join(here.tmp, 'full.tmp', 'precious'), '');
  mkdirSync(join(here.tmp, 'directory'));
  for (const name of ['old.tmp', 'old.json', '.hidden', 'mutex.tmp', 'full.tmp', 'directory']) {
    age(join(here.tmp, name), 1.01);
  }
  expect(await sweepTemporary({ directory: here.tmp })).toEqual({ removed: 2, kept: 2 });
  expect(names(here.tmp)).toEqual(['.hidden', 'directory', 'full.tmp', 'old.json', 'young.tmp']);
  expect(names(join(here.tmp, 'full.tmp'))).toEqual(['precious']);
});

test('removes an unfinished mutex whose token had come further, as a crash may leave it', async () => {
  await using here = await place();
  mkdirSync(join(here.tmp, 'mutex.tmp'));
  writeFileSync(join(here.tmp, 'mutex.tmp', 'g2~free'), '');
  age(join(here.tmp, 'mutex.tmp'), 1.01);
  expect(await sweepTemporary({ directory: here.tmp })).toEqual({ removed: 1, kept: 0 });
  expect(names(here.tmp)).toEqual([]);
});

test('a mutex is never moved into place without its token, however long its maker slept', async () => {
  await using here = await place();
  const copy = join(here.tmp, 'mutex.tmp');
  const mutex = join(here.box, 'mutex');
  mkdirSync(copy);
  writeFileSync(join(copy, 'g0~free'), '');
  age(copy, 1.01);
  /** Its maker wakes up, and goes on, as soon as the token is gone. */
  class WakingFileSystem extends FaultyFileSystem {
    override async remove(path: string): Promise<void> {
      await super.remove(path);
      if (path.endsWith('~free') && existsSync(copy)) renameSync(copy, mutex);
    }
  }
  await sweepTemporary({ directory: here.tmp, fileSystem: new WakingFileSystem() });
  expect(existsSync(mutex) ? names(mutex) : 'not moved').toBe('not moved');
  expect(names(here.tmp)).toEqual([]);
});

test('a directory in which something else stands for the token is kept, and the others still go', async () => {
  await using here = await place();
  mkdirSync(join(here.tmp, 'a.tmp', 'g0~free'), { recursive: true });
  writeFileSync(join(here.tmp, 'b.tmp'), '');
  for (const name of ['a.tmp', 'b.tmp']) age(join(here.tmp, name), 1.01);
  expect(await sweepTemporary({ directory: here.tmp })).toEqual({ removed: 1, kept: 1 });
  expect(names(here.tmp)).toEqual(['a.tmp']);
});

test('age goes by the clock of the file system, not by ours', async () => {
  await using here = await place();
  writeFileSync(join(here.tmp, 'young.tmp'), '');
  /** A server whose clock is a day behind. */
  class SkewedFileSystem extends FaultyFileSystem {
    override async status(path: string): Promise<FileStatus> {
      const status = await super.status(path);
      return { ...status, modified_ms: status.modified_ms - 86_400_000 };
    }
  }
  const result = await sweepTemporary({ directory: here.tmp, fileSystem: new SkewedFileSystem() });
  expect(result).toEqual({ removed: 0, kept: 1 });
});

test('removes no more than the limit in one call', async () => {
  await using here = await place();
  for (let index = 0; index < 10; index += 1) {
    writeFileSync(join(here.tmp, `${index}.tmp`), '');
    age(join(here.tmp, `${index}.tmp`), 2);
  }
  expect(await sweepTemporary({ directory: here.tmp, limit: 4 })).toEqual({ removed: 4, kept: 6 });
  expect(await sweepTemporary({ directory: here.tmp, olderThan_ms: 0 })).toEqual({ removed: 6, kept: 0 });
  expect(names(here.tmp)).toEqual([]);
});

test('nothing to sweep, and a file system that fails', async () => {
  await using here = await place();
  expect(await sweepTemporary({ directory: join(here.tmp, 'missing') })).toEqual({ removed: 0, kept: 0 });
  writeFileSync(join(here.tmp, 'a.tmp'), '');
  age(join(here.tmp, 'a.tmp'), 2);
  const fileSystem = new FaultyFileSystem();
  fileSystem.fail({ verb: 'remove', path: /[\\/]a\.tmp$/, code: 'EACCES' });
  const options = { directory: here.tmp, fileSystem };
  expect(await rejection(sweepTemporary({ ...options, platform: 'linux' }))).toMatchObject({
    code: 'ERR_ACCESS_DENIED',
  });
  fileSystem.fail({ verb: 'remove', path: /[\\/]a\.tmp$/, code: 'EACCES' });
  expect(await sweepTemporary({ ...options, platform: 'win32' })).toEqual({ removed: 0, kept: 1 });
  expect(await rejection(sweepTemporary({ ...options, limit: -1 }))).toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
  });
  expect(names(here.tmp)).toEqual(['a.tmp']);
});
