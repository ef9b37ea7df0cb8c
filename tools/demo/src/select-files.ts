import { execFile } from 'node:child_process';
import { lstat, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { DemoError } from './demo-error.ts';
import { languageOf } from './language.ts';

/** Larger files are left out: generated code, as a rule. */
export const MAX_FILE_BYTES = 512 * 1024;
/** A walk stops after this many files, so that a careless folder does not take for ever. */
export const MAX_WALKED_FILES = 50_000;

const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', '.git', 'coverage', '.tapps-agents']);
const SNIFFED_BYTES = 8_192;

/** The source files of a folder, and what was not taken. */
export interface Selection {
  /** Relative to the folder, with `/`, sorted. */
  readonly paths: readonly string[];
  /** How the files were found. */
  readonly source: 'git' | 'walk';
  /** Why files were left out, in words, with how many; without those that were left out for no reason. */
  readonly leftOut: ReadonlyMap<string, number>;
}

/**
 * Chooses the source files of a folder: what git knows (tracked, or new and not ignored), else what a walk finds.
 * Left out are other kinds of files, links, binary and very large files, and what exceeds `maxFiles` in path order.
 *
 * @throws DemoError `ERR_USAGE` when the folder is not a directory or holds no source file.
 */
export async function selectFiles(folder: string, maxFiles: number): Promise<Selection> {
  const found = await lstatOrNull(folder, true);
  if (found === null || !found.isDirectory()) {
    throw new DemoError('ERR_USAGE', `${folder} is not a directory; name a folder of source code.`);
  }
  const leftOut = new Map<string, number>();
  const leave = (reason: string): void => void leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);

  const listed = await listWithGit(folder);
  const candidates = [...new Set(listed ?? (await walk(folder, leave)))].toSorted();
  const paths: string[] = [];
  for (const candidate of candidates) {
    const reason = await reasonToLeaveOut(folder, candidate, paths.length >= maxFiles);
    if (reason === null) paths.push(candidate);
    else if (reason !== '') leave(reason === 'limit' ? `beyond the first ${maxFiles}` : reason);
  }
  if (paths.length === 0) {
    throw new DemoError('ERR_USAGE', `There is no source file in ${folder}; name a folder of source code.`);
  }
  return { paths, source: listed === null ? 'walk' : 'git', leftOut };
}

/** Null: take it. Empty: not worth a word (it is gone, or in a folder that is skipped). */
async function reasonToLeaveOut(folder: string, file: string, full: boolean): Promise<string | null> {
  if (file.split('/').some((segment) => SKIPPED_FOLDERS.has(segment))) return '';
  if (languageOf(file) === null) return 'not source code';
  const found = await lstatOrNull(path.join(folder, file), false);
  if (found === null) return '';
  if (!found.isFile()) return 'links and the like';
  if (found.size > MAX_FILE_BYTES) return `over ${MAX_FILE_BYTES / 1024} KiB`;
  if (full) return 'limit';
  return (await isBinary(path.join(folder, file))) ? 'binary' : null;
}

async function lstatOrNull(target: string, follow: boolean) {
  try {
    return await lstat(follow ? `${target}${path.sep}` : target);
  } catch {
    return null;
  }
}

async function isBinary(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SNIFFED_BYTES), 0, SNIFFED_BYTES, 0);
    return buffer.subarray(0, bytesRead).includes(0);
  } finally {
    await handle.close();
  }
}

/** Null where git is missing, or the folder is in no work tree that git trusts. */
async function listWithGit(folder: string): Promise<string[] | null> {
  const query = ['-C', folder, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  try {
    const { stdout } = await promisify(execFile)('git', query, { maxBuffer: 256 * 1024 * 1024 });
    const files = stdout.split('\0').filter((name) => name !== '');
    // A folder that git ignores as a whole lists nothing: walk it then.
    return files.length > 0 ? files : null;
  } catch {
    return null;
  }
}

async function walk(folder: string, leave: (reason: string) => void): Promise<string[]> {
  const files: string[] = [];
  const pending = [''];
  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    const entries = await readdir(path.join(folder, current), { withFileTypes: true }).catch(() => null);
    if (entries === null) leave('folders that cannot be read');
    for (const entry of entries ?? []) {
      const relative = current === '' ? entry.name : `${current}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!SKIPPED_FOLDERS.has(entry.name)) pending.push(relative);
      } else if (files.length < MAX_WALKED_FILES) files.push(relative);
      else leave(`beyond the first ${MAX_WALKED_FILES} of the walk`);
    }
    if (files.length >= MAX_WALKED_FILES) break;
  }
  return files;
}
