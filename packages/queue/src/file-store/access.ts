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

/**
 * Whom a messages directory was made for: its group, if its version file is the group's to write and nobody else's, as only
 * a queue that was opened for the group makes it. So all who open it later follow, programs that have no say in it too.
 */
export async function accessOf(
  disk: Pick<Disk, 'layout' | 'fileSystem'>,
  asked: FileStoreOptions['access'],
): Promise<Access> {
  if (asked !== undefined) return asked;
  const mode = await modeOf(disk);
  return (mode & 0o067) === 0o060 ? 'group' : 'owner';
}

/** 0 where it cannot be had: what is wrong with the directory is said by who opens it. */
async function modeOf({ layout, fileSystem }: Pick<Disk, 'layout' | 'fileSystem'>): Promise<number> {
  try {
    return (await statusOf({ fileSystem }, layout.version))?.mode ?? 0;
  } catch {
    return 0;
  }
}
