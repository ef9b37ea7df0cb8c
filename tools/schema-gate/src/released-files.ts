import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Whatever is wrong with the files of released versions themselves, in sentences without their full stops. */
export type Faults = readonly string[];

/**
 * Digests of all released files, as `sha256sum` prints and checks them: `sha256sum -c ../released.sha256` in
 * `released/`. They catch a change that nobody meant. One who changes file and digest in one commit is caught by the
 * history (first-committed.ts), where there is one.
 *
 * @param folder `released/`, with a folder for each version
 * @returns one line a file, sorted by path, which is relative to the folder and has forward slashes
 */
export async function digestsOf(folder: string): Promise<string> {
  const lines = await Promise.all(
    (await releasedPaths(folder)).map(
      async (path) =>
        `${createHash('sha256')
          .update(await readFile(join(folder, path)))
          .digest('hex')}  ${path}\n`,
    ),
  );
  return lines.join('');
}

/** Paths of all released files, sorted. */
export async function releasedPaths(folder: string): Promise<readonly string[]> {
  const versions = await versionsIn(folder);
  const paths = await Promise.all(
    versions.map(async (version) =>
      (await readdir(join(folder, version))).map((name) => `${version}/${name}`),
    ),
  );
  return paths.flat().sort();
}

/** The released versions: none where the folder is missing. */
export async function versionsIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** What differs between the digests that were kept and those of the files. */
export function compareDigests(kept: string, found: string): Faults {
  const [were, are] = [byPath(kept), byPath(found)];
  const faults: string[] = [];
  for (const [path, digest] of were)
    if (!are.has(path)) faults.push(`released/${path} is gone`);
    else if (are.get(path) !== digest)
      faults.push(`released/${path} is not as it was released. Released files are changed by nobody`);
  for (const path of are.keys())
    if (!were.has(path)) faults.push(`released/${path} has no line in released.sha256`);
  return faults;
}

function byPath(lines: string): ReadonlyMap<string, string> {
  return new Map(
    lines
      .split(/\r?\n/)
      .filter((line) => line !== '')
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  );
}
