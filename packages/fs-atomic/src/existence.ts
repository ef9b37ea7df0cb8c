import { systemErrorCode } from './errors.ts';
import type { FileSystem } from './file-system.ts';

/** Whether there is anything at a path, a dangling link included. Other failures than absence are thrown. */
export async function pathExists(path: string, fileSystem: FileSystem): Promise<boolean> {
  try {
    await fileSystem.status(path);
    return true;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}
