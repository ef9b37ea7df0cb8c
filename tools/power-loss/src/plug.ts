import { readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import {
  createImage,
  findProgram,
  runCommand,
  whyUnavailable,
  type FileSystemKind,
  type Image,
} from '@tapps-agents-tools/file-systems';
import type { Children } from './children.ts';

/**
 * How the plug is pulled.
 *
 * `shutdown`: the file system is told to end at once, without writing what its log still holds in memory (xfs_io(8),
 * `shutdown`). The processes go on and meet errors until they are killed.
 *
 * `copy`: the processes are stopped, and what is on the device at that moment is all that remains.
 */
export type Method = 'shutdown' | 'copy';

/** The ways that a file system knows. Of those that are tried here, btrfs has no shutdown (Linux 6.18, fs/btrfs/ioctl.c). */
export function methodsOf(kind: FileSystemKind): readonly Method[] {
  return kind === 'btrfs' ? ['copy'] : ['shutdown', 'copy'];
}

/** Why the plug of this file system cannot be pulled here in each of its ways; null where it can. */
export function whyNoPlug(kind: FileSystemKind): string | null {
  const unavailable = whyUnavailable(kind);
  if (unavailable !== null || !methodsOf(kind).includes('shutdown')) return unavailable;
  return findProgram('xfs_io') === null
    ? 'There is no xfs_io; install it (Debian: apt-get install xfsprogs).'
    : null;
}

/** Pulls the plug and ends all processes. Returns what is left, mounted again; that may be another image. */
export async function pullPlug(method: Method, image: Image, children: Children): Promise<Image> {
  if (method === 'copy') return await continueOnCopy(image, children);
  runCommand('xfs_io', '-x', '-c', 'shutdown', image.directory);
  await children.kill();
  image.unmount();
  image.mount();
  return image;
}

async function continueOnCopy(image: Image, children: Children): Promise<Image> {
  const { kind, imageFile, device } = image;
  if (imageFile === null || device === null) throw new Error(`${kind} is in no image that could be copied.`);
  const copy = `${imageFile}.copy`; // Removed together with the image.
  await children.stop();
  copyOneMoment(imageFile, copy, basename(device));
  await children.kill();
  image.unmount();
  // It remembers file systems by their id, and takes the copy for an outdated part of the original.
  if (kind === 'btrfs') runCommand('btrfs', 'device', 'scan', '--forget', device);
  const left = await createImage(kind, { copyOf: copy });
  await image[Symbol.asyncDispose]();
  return left;
}

const mostAttempts = 100;

/** Copies the file behind a loop device as it is at one moment: a copy during which the device wrote is made again. */
function copyOneMoment(from: string, to: string, device: string): void {
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const before = writesOf(device);
    runCommand('cp', '--sparse=always', from, to);
    const after = writesOf(device);
    if (before.inFlight === 0 && after.inFlight === 0 && before.done === after.done) return;
    rmSync(to);
  }
  throw new Error(`/dev/${device} was written to during each of ${mostAttempts} copies of ${from}.`);
}

/** By the device's own counters (Documentation/block/stat.rst): of writes and discards, and of what is under way. */
function writesOf(device: string): { readonly done: string; readonly inFlight: number } {
  const fields = readFileSync(`/sys/block/${device}/stat`, 'latin1').trim().split(/\s+/);
  return { done: [...fields.slice(4, 7), ...fields.slice(11, 14)].join(' '), inFlight: Number(fields[8]) };
}
