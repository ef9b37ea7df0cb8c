import { opendirSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * Whether `init` can make a messages directory at a path: nothing is there, or an empty directory. What stands in the place of a
 * version file is not looked into: it may be a link that leads elsewhere.
 */
export function mayBeMade(path: string): boolean {
  if (basename(path) === 'layout.json') return false;
  try {
    const directory = opendirSync(path);
    try {
      return directory.readSync() === null;
    } finally {
      directory.closeSync();
    }
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}
