import fs, { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFileSystem } from '@tapps-agents/fs-atomic';
import { afterEach, expect, test, vi } from 'vitest';
import { place, rejection } from './support.ts';

/*
 * Directories of more names than are remembered as they are, on file systems that do not say of every entry what it is. Node looks at
 * such an entry itself, and its listing breaks off where that has vanished.
 */

const MANY = 9_400;
/** In the tenth batch: what came in nine of them has been handed on. */
const LATE = 9_300;
const EXT4 = 0xef53;
const NFS = 0x6969;

const { opendirSync, statfsSync } = fs;
/** Put back as it was: a simulation in this process may have made it a getter. */
const platform = Object.getOwnPropertyDescriptor(process, 'platform') ?? { value: process.platform };

afterEach(() => {
  vi.restoreAllMocks();
  Object.defineProperty(process, 'platform', platform);
});

/** As node's own class of entries that it had to look at. */
class Looked extends fs.Dirent {}

/** A file system of this type, on which node has to look at the entries from `untyped` on, and finds the one of number `vanished` gone. */
function plant(type: number, untyped: number, vanished: number): void {
  Object.defineProperty(process, 'platform', { value: 'linux' });
  vi.spyOn(fs, 'statfsSync').mockImplementation((path) => Object.assign(statfsSync(path), { type }) as never);
  vi.spyOn(fs, 'opendirSync').mockImplementation((path, options) => {
    const directory = opendirSync(path, options);
    const read = directory.readSync.bind(directory);
    let number = -1;
    directory.readSync = () => {
      number += 1;
      if (number === vanished) throw Object.assign(new Error('gone'), { code: 'ENOENT', syscall: 'lstat' });
      const entry = read();
      return entry === null || number < untyped ? entry : Object.setPrototypeOf(entry, Looked.prototype);
    };
    return directory;
  });
}

/** How many of the names were told, and how many of them again. */
async function told(path: string): Promise<{ readonly different: number; readonly again: number }> {
  const names: string[] = [];
  for await (const batch of nodeFileSystem().list(path))
    for (const { name, kind } of batch) if (kind === 'file') names.push(name);
  const { size } = new Set(names);
  return { different: size, again: names.length - size };
}

test('a listing that breaks off goes on with all that it had not told, each one time', async ({ skip }) => {
  skip(process.platform === 'win32', 'Windows says of every entry what it is');
  await using here = await place();
  for (let number = 0; number < MANY; number += 1) writeFileSync(join(here.box, `${number}`), '');
  const whole = { different: MANY, again: 0 };
  // One that never says what an entry is; one that says it of some; and one that said it of all, but is not known to go on so.
  for (const [type, untyped] of [
    [EXT4, 0],
    [NFS, LATE - 50],
    [NFS, MANY],
  ] as const) {
    plant(type, untyped, LATE);
    expect(await told(here.box)).toEqual(whole);
  }
  plant(EXT4, MANY, -1);
  expect(await told(here.box)).toEqual(whole);
  // A directory that is damaged: which names it had told, it does not know.
  plant(EXT4, LATE - 50, LATE);
  expect(await rejection(told(here.box))).toMatchObject({ code: 'EIO', path: here.box });
});
