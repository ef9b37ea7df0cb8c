import fs from 'node:fs';
import { join } from 'node:path';
import { createImage, runCommand } from '@tapps-agents-tools/file-systems';
import { nodeFileSystem, publishFile } from '@tapps-agents/fs-atomic';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { whyNoPlug } from '../src/plug.ts';

describe.each(['ext4', 'xfs'] as const)(
  '%s that ends between a rename and the flush of its directory',
  (kind) => {
    const reason = whyNoPlug(kind);

    test(`is not said to have kept the name${reason === null ? '' : ` (skipped: ${reason})`}`, async ({
      skip,
    }) => {
      skip(reason !== null, reason ?? '');
      await using image = await createImage(kind, { size_mib: 320 });
      const box = join(image.directory, 'box');
      fs.mkdirSync(box);
      runCommand('sync');
      const real = fs.fsync;
      const spy = vi.spyOn(fs, 'fsync').mockImplementation((descriptor, done) => {
        if (fs.fstatSync(descriptor).isDirectory())
          runCommand('xfs_io', '-x', '-c', 'shutdown', image.directory);
        real(descriptor, done);
      });
      onTestFinished(() => spy.mockRestore());
      const publishing = publishFile(join(box, 'a'), new Uint8Array([1]), {
        fileSystem: nodeFileSystem(),
        temporaryDirectory: join(image.directory, 'tmp'),
        durability: 'full',
      });
      await expect(publishing).rejects.toMatchObject({ code: 'ERR_SYNC_FAILED' });
      image.unmount();
      image.mount();
      expect(fs.readdirSync(box)).toEqual([]);
    }, 240_000);
  },
);
