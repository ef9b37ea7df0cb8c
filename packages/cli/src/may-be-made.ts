import { readdirSync } from 'node:fs';

/** Whether `init` can make a messages directory at a path: nothing is there, or an empty directory. */
export function mayBeMade(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}
