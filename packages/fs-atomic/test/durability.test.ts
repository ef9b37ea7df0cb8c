import { existsSync, statfsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAtLeast, weakerDurability, FsAtomicError, publishFile } from '@tapps-agents/fs-atomic';
import { temporaryDirectory } from '@tapps-agents/fs-atomic/testing';

test('levels are ordered none, file, full', () => {
  expect(isAtLeast('full', 'file')).toBe(true);
  expect(isAtLeast('file', 'full')).toBe(false);
  expect(isAtLeast('none', 'none')).toBe(true);
  expect(weakerDurability('full', 'file')).toBe('file');
  expect(weakerDurability('none', 'file')).toBe('none');
});

test('an unknown level is refused before anything is written', async () => {
  await using directory = await temporaryDirectory();
  const options = { temporaryDirectory: directory.path, durability: 'safe' as 'full' };
  const failure = await publishFile(`${directory.path}/a`, new Uint8Array(1), options).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(FsAtomicError);
  expect(failure).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
});

const TMPFS = 0x01021994;
const memory =
  process.platform === 'linux' && existsSync('/dev/shm') && statfsSync('/dev/shm').type === TMPFS;

test.skipIf(!memory)(
  'a file system in memory: nothing is reported as durable [needs a tmpfs at /dev/shm]',
  async () => {
    const directory = await mkdtemp('/dev/shm/fs-atomic-');
    try {
      for (const durability of ['file', 'full'] as const) {
        const options = { temporaryDirectory: join(directory, 'tmp'), durability };
        expect(await publishFile(join(directory, durability), new Uint8Array(1), options)).toMatchObject({
          durability: 'none',
        });
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  },
);
