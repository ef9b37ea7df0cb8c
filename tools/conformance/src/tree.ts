import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** What a case begins with: a path ending in `/` is a directory, a link's target begins with `-> `; else a file's content. */
export type Tree = Readonly<Record<string, string | Uint8Array>>;

/** Makes the directory of a case. */
export function plant(root: string, tree: Tree): void {
  for (const [path, content] of Object.entries(tree)) {
    const place = join(root, path);
    if (path.endsWith('/')) {
      mkdirSync(place, { recursive: true, mode: 0o700 });
      continue;
    }
    mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
    if (typeof content === 'string' && content.startsWith('-> ')) symlinkSync(content.slice(3), place);
    else writeFileSync(place, content, { mode: 0o600 });
  }
}

/** Every file and link below a directory, by its path with `/`; a link's content is its target after `-> `. */
export function survey(root: string): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  look(root, '', found);
  return found;
}

/** Sets a file's modification time, in seconds since 1970. */
export function setTime(root: string, path: string, time_s: number): void {
  utimesSync(join(root, path), time_s, time_s);
}

/** Through no link, as readdir's own recursion would; what is moved meanwhile is left out. */
function look(root: string, below: string, found: Map<string, Buffer>): void {
  for (const name of readdirSync(join(root, below)).toSorted()) {
    const path = below === '' ? name : `${below}/${name}`;
    try {
      const status = lstatSync(join(root, path));
      if (status.isDirectory()) look(root, path, found);
      else if (status.isSymbolicLink()) found.set(path, Buffer.from(`-> ${readlinkSync(join(root, path))}`));
      else if (status.isFile()) found.set(path, readFileSync(join(root, path)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
