// What `pnpm pack` made: the tarballs of a directory with the manifests inside them.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Every path in a tarball, without npm's `package/` in front, sorted. */
export function listTarball(tarball) {
  return execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^package\//, ''))
    .sort();
}

/** One file of a tarball, as text. */
export function readFromTarball(tarball, path) {
  return execFileSync('tar', ['-xzOf', tarball, `package/${path}`], { encoding: 'utf8' });
}

/**
 * The tarballs in a directory as `{ name, version, path, manifest }`, sorted by name. Throws when there is none: a
 * check over nothing proves nothing.
 */
export function findTarballs(directory) {
  const found = readdirSync(directory)
    .filter((file) => file.endsWith('.tgz'))
    .map((file) => {
      const path = resolve(join(directory, file));
      const manifest = JSON.parse(readFromTarball(path, 'package.json'));
      return { name: manifest.name, version: manifest.version, path, manifest };
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  if (found.length === 0) throw new Error(`No tarballs in ${directory}: run pnpm pack first.`);
  return found;
}
