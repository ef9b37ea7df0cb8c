import { lstatSync, opendirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';

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

/** More than any version file has. */
const MOST_BYTES = 4_096;
/** Of these the queue tells its own directories. */
const OURS: ReadonlySet<string> = new Set(['inbox', 'outbox', 'locks', 'dlq']);

/**
 * Whether `init` writes the version file at a path again, as it does in a messages directory where that was cut short: it is no JSON.
 * What is something else is somebody's, or of another version, and is left to them.
 */
export function mayBeRestored(path: string): boolean {
  if (basename(path) !== 'layout.json') return false;
  try {
    const status = lstatSync(path);
    if (!status.isFile() || status.size > MOST_BYTES) return false;
    if (!readdirSync(dirname(path)).some((name) => OURS.has(name))) return false;
    JSON.parse(readFileSync(path, 'utf8'));
    return false;
  } catch (error) {
    return error instanceof SyntaxError;
  }
}
