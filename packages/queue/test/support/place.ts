import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { isRunning, noteLeak } from './leaks.ts';

/** A temporary directory of one test, and in it the place of a messages directory that does not exist yet. */
export interface Place extends AsyncDisposable {
  readonly path: string;
  /** `<path>/messages`: hand it to `openQueue` as `root`. */
  readonly root: string;
}

/**
 * Makes a `Place`. Declare it first (`await using here = await place()`), so that it goes last: it notes as a leak every
 * session that a process which still runs has open then, and removes everything.
 */
export async function place(): Promise<Place> {
  const directory = await temporaryDirectory();
  const root = join(directory.path, 'messages');
  return {
    path: directory.path,
    root,
    async [Symbol.asyncDispose]() {
      for (const pid of openSessions(root)) {
        if (isRunning(pid)) noteLeak(`process ${pid} still has a session in ${root}: close its queue`);
      }
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** The process ids in the owner records of a messages directory; one whose writer died over it names nobody. */
export function openSessions(root: string): number[] {
  const directory = join(root, 'locks', 'owners');
  return listed(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => readFileSync(join(directory, name), 'utf8'))
    .filter((text) => text.endsWith('}\n') || text.endsWith('}'))
    .map((text) => (JSON.parse(text) as { pid: number }).pid);
}

/** The names in a directory, sorted; none where there is no directory. */
export function listed(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Every path below a directory, files and directories, relative to it and with `/`, sorted. */
export function tree(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
}

/** The files (no directories) below a directory, relative to it, sorted; none where there is no directory. */
export function files(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(directory.length + 1)
          .replaceAll('\\', '/'),
      )
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
