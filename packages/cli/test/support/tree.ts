import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Every path below a directory with its content and modification time: to see that nothing at all was changed. */
export function tree(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return `${path} ${statSync(path).mtimeMs} ${entry.isFile() ? readFileSync(path, 'utf8') : '/'}`;
    })
    .sort();
}
