import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repository } from './repository.ts';

/** The test files that are not run on Windows, each with the reason. */
export function excludedFiles(): Readonly<Record<string, string>> {
  return JSON.parse(
    readFileSync(path.join(repository, 'tools/wine/not-on-windows.json'), 'utf8'),
  ) as Readonly<Record<string, string>>;
}
