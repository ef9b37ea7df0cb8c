import fs from 'node:fs';
import { join } from 'node:path';
import { sampleBytes } from './workload.ts';

/*
 * Several processes that take files out of one directory with nothing but the bare calls, each the files that bear its number: none
 * asks for what is another's, and still they wait for each other, as a rename holds the directories that it changes, and one from
 * a directory into another the whole file system (Linux: Documentation/filesystems/directory-locking.rst, `s_vfs_rename_mutex`).
 */

/** Makes the directory, with so many files, as many for each of the processes. */
export function fillBareBox(directory: string, count: number, processes: number): void {
  const bytes = sampleBytes();
  for (const place of ['inbox', 'locks', 'processed'])
    fs.mkdirSync(join(directory, place), { recursive: true });
  for (let made = 0; made < count; made += 1) {
    const name = `${made % processes}~${String(made).padStart(36, '0')}.json`;
    fs.writeFileSync(join(directory, 'inbox', name), bytes);
  }
}

/** The names of the files that one of the processes is to take. */
export function bareNamesOf(directory: string, number: number): readonly string[] {
  return fs.readdirSync(join(directory, 'inbox')).filter((name) => name.startsWith(`${number}~`));
}

/** Rename, read, stat and rename, for each name. */
export function takeBare(directory: string, names: readonly string[]): void {
  for (const name of names) {
    const leased = `${directory}/locks/${name}`;
    const processed = `${directory}/processed/${name}`;
    fs.renameSync(`${directory}/inbox/${name}`, leased);
    fs.readFileSync(leased);
    if (fs.statSync(processed, { throwIfNoEntry: false }) !== undefined)
      throw new Error(`${processed} is there already.`);
    fs.renameSync(leased, processed);
  }
}
