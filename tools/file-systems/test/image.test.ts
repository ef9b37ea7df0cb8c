import { existsSync, mkdirSync, openSync, closeSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createImage, fileSystemKinds, whyUnavailable } from '../src/index.ts';
import { titleWith } from './title.ts';
import { loopDevicesOf, mountsBelow } from '../src/mounts.ts';

/** Nothing of an image may be left: no mount, no loop device, no file. */
function expectGone(folder: string): void {
  expect(mountsBelow(folder)).toEqual([]);
  expect(loopDevicesOf(folder)).toEqual([]);
  expect(existsSync(folder)).toBe(false);
}

describe.each(fileSystemKinds)('an image of %s', (kind) => {
  const reason = whyUnavailable(kind);
  const title = (text: string): string => titleWith(text, reason);

  test.skipIf(reason !== null)(
    title('keeps what is written over an unmount, and leaves nothing'),
    async () => {
      let folder: string;
      {
        await using image = await createImage(kind);
        folder = dirname(image.directory);
        expect(mountsBelow(folder)).toContain(image.directory);
        writeFileSync(join(image.directory, 'name'), 'content');
        image.unmount();
        expect(mountsBelow(folder)).toEqual([]);
        image.mount();
        const kept = existsSync(join(image.directory, 'name'));
        expect(kept).toBe(kind !== 'tmpfs');
      }
      expectGone(folder);
    },
  );
});

const reason = whyUnavailable('ext4');
const title = (text: string): string => titleWith(text, reason);

test.skipIf(reason !== null)(title('an image goes although a file in it is open'), async () => {
  const image = await createImage('ext4');
  const descriptor = openSync(join(image.directory, 'open'), 'w');
  await image[Symbol.asyncDispose]();
  closeSync(descriptor);
  // The device ends with its last user, a moment after the file was closed; the folder is gone at once.
  expect(mountsBelow(dirname(image.directory))).toEqual([]);
  expect(existsSync(dirname(image.directory))).toBe(false);
});

test.skipIf(reason !== null)(title('a copy of an image has what it had'), async () => {
  await using image = await createImage('ext4', { size_mib: 8 });
  writeFileSync(join(image.directory, 'name'), 'content');
  image.unmount();
  await using copy = await createImage('ext4', { copyOf: image.imageFile ?? '' });
  expect(readFileSync(join(copy.directory, 'name'), 'utf8')).toBe('content');
});

test.skipIf(reason !== null)(title('what a killed process left is cleaned up by the next one'), async () => {
  // The folder of a process that is gone for certain, as its pid says: nobody has one so high (pid_max).
  const folder = join(tmpdir(), `tapps-image-4194305-1-${process.pid}`);
  const mounted = join(folder, 'mounted');
  mkdirSync(mounted, { recursive: true });
  writeFileSync(join(folder, 'image'), Buffer.alloc(4_194_304));
  const script = `dev=$(losetup -f --show "$1/image") && mkfs.ext4 -q "$dev" && mount "$dev" "$1/mounted"`;
  expect(spawnSync('sh', ['-c', script, 'sh', folder]).status).toBe(0);
  expect(mountsBelow(folder)).toEqual([mounted]);
  const { removeLeftovers } = await import('../src/image-folder.ts');
  removeLeftovers();
  expectGone(folder);
});
