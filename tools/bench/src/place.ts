import { createImage, whyUnavailable } from '@tapps-agents-tools/file-systems';
import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statfsSync,
} from 'node:fs';
import { join, resolve } from 'node:path';

/** A directory for one row, which is gone with everything in it when it is disposed. */
export interface Site extends AsyncDisposable {
  readonly directory: string;
}

/** A file system to measure on. */
export interface Place {
  /** In a word, for the table. */
  readonly name: string;
  /** What exactly. */
  readonly description: string;
  /** Whether a flush reaches a disk, or what stands for one. */
  readonly isDisk: boolean;
  /** An empty directory on it, with room for so many files. */
  open(files: number): Promise<Site>;
}

/** Where to measure, and what was asked for and cannot be had. */
export interface Places {
  readonly places: readonly Place[];
  readonly missing: readonly string[];
}

/**
 * `directory`, if one is given; else a tmpfs, which shows what the processor does, and a journaled ext4 in an image, made anew for each
 * row. Without the right to make an image (only root has it): the current directory.
 */
export function findPlaces(directory: string | undefined): Places {
  if (directory !== undefined) return { places: [placeIn(resolve(directory))], missing: [] };
  const missing: string[] = [];
  const inMemory = whyUnavailable('tmpfs') === null ? imagePlace('tmpfs') : sharedMemory();
  if (inMemory === null) missing.push(`tmpfs: ${whyUnavailable('tmpfs')}`);
  const whyNoImage = whyUnavailable('ext4');
  if (whyNoImage !== null)
    missing.push(`ext4 in an image: ${whyNoImage} The current directory is measured instead.`);
  const disk = whyNoImage === null ? imagePlace('ext4') : placeIn(process.cwd());
  return { places: [...(inMemory === null ? [] : [inMemory]), disk], missing };
}

function imagePlace(kind: 'tmpfs' | 'ext4'): Place {
  return {
    name: kind,
    description:
      kind === 'ext4' ? 'ext4, journaled (data=ordered), in an image on a loop device' : 'tmpfs, in memory',
    isDisk: kind === 'ext4',
    async open(files) {
      // A file takes an inode and a block of 4 KiB, a message passes through three directories; the rest is journal and slack.
      const size_mib = Math.ceil((files * 8) / 1_024) + 1_024;
      const makeOptions = ['-N', String(files * 2 + 100_000), '-E', 'lazy_itable_init=0,lazy_journal_init=0'];
      const image = await createImage(kind, kind === 'ext4' ? { size_mib, makeOptions } : { size_mib });
      const directory = join(image.directory, 'bench'); // Beside lost+found: a queue wants a directory of its own.
      mkdirSync(directory);
      return { directory, [Symbol.asyncDispose]: () => image[Symbol.asyncDispose]() };
    },
  };
}

/** What every Linux has in memory for everybody. */
function sharedMemory(): Place | null {
  try {
    accessSync('/dev/shm', constants.W_OK);
  } catch {
    return null;
  }
  return { ...placeIn('/dev/shm'), name: 'tmpfs', description: '/dev/shm', isDisk: false };
}

/** File systems in memory: TMPFS_MAGIC, RAMFS_MAGIC (statfs(2)). */
const inMemory = new Set([0x01021994, 0x858458f6]);

function placeIn(parent: string): Place {
  const type = typeOf(parent);
  return {
    name: type,
    description: `${type} at ${parent}`,
    isDisk: !inMemory.has(statfsSync(parent).type),
    open() {
      const directory = mkdtempSync(join(parent, 'tapps-bench-'));
      return Promise.resolve({
        directory,
        [Symbol.asyncDispose]: () => Promise.resolve(rmSync(directory, { recursive: true, force: true })),
      });
    },
  };
}

/** The type of the file system that a directory is on, by the mount table; `directory` where there is none. */
function typeOf(directory: string): string {
  try {
    const path = realpathSync(directory);
    const mounts = readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([, point = '']) => path === point || path.startsWith(point === '/' ? '/' : `${point}/`))
      .toSorted(([, one = ''], [, other = '']) => other.length - one.length);
    return mounts[0]?.[2] ?? 'directory';
  } catch {
    return 'directory';
  }
}
