import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The files below a directory, with their contents and whole seconds of their times. */
export function contents(root: string, ...without: readonly RegExp[]): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path): [string, string] => [
        path.slice(root.length + 1).replaceAll('\\', '/'),
        `${Math.floor(statSync(path).mtimeMs / 1_000)} ${readFileSync(path, 'utf8')}`,
      ])
      .filter(([path]) => !without.some((form) => form.test(path)))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}
