import { systemErrorCode } from '@tapps-agents/fs-atomic';
import { statusOf, type Disk } from './disk.ts';
import type { FileStoreOptions } from './file-store.ts';

/** Who may read and write what a queue makes. */
export type Access = 'owner' | 'group';

/** The permission bits of new files and directories. */
export function modesFor(access: Access): Pick<Disk, 'fileMode' | 'directoryMode'> {
  return access === 'group'
    ? { fileMode: 0o660, directoryMode: 0o770 }
    : { fileMode: 0o600, directoryMode: 0o700 };
}

type Place = Pick<Disk, 'layout' | 'fileSystem'>;

/**
 * Whom a messages directory was made for: its group, if its version file is the group's to write and nobody else's, as only
 * a queue that was opened for the group makes it. So all who open it later follow, programs that have no say in it too. Until
 * there is one, it is being made for whom its directories were.
 */
export async function accessOf(disk: Place, asked: FileStoreOptions['access']): Promise<Access> {
  if (asked !== undefined) return asked;
  const mode = await modeOf(disk, disk.layout.version);
  if (mode === null) return await accessOfDirectories(disk);
  return (mode & 0o067) === 0o060 ? 'group' : 'owner';
}

/** Whom the directories of the layout were made for: the group, if all are there, open to it, and to nobody else. */
export async function accessOfDirectories(disk: Place): Promise<Access> {
  for (const path of disk.layout.skeleton) {
    if (((await modeOf(disk, path)) ?? 0) % 0o100 !== 0o070) return 'owner';
  }
  return 'group';
}

/** Opens what others made a moment ago, for their owner alone, to the group too. What is not ours to open stays as it is. */
export async function openToGroup(disk: Place, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const mode = await modeOf(disk, path);
    if (mode === null || (mode & 0o070) === 0o070) continue;
    try {
      await disk.fileSystem.changeMode?.(path, mode | 0o070);
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error;
    }
  }
}

/** Null where there is nothing, 0 where it cannot be had: what is wrong with the directory is said by who opens it. */
async function modeOf({ fileSystem }: Place, path: string): Promise<number | null> {
  try {
    return (await statusOf({ fileSystem }, path))?.mode ?? null;
  } catch {
    return 0;
  }
}
