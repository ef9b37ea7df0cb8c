import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { bundledForAll } from './support/bundled-cli.ts';

/** The start, the version, the exit codes: much less than a parser of arguments, or the queue. */
const MOST_BYTES = 32_768;

const cli = bundledForAll();

/** What is loaded together with a file of the bundle: how many bytes, and which packages. */
function loadedWith(start: string): { readonly bytes: number; readonly packages: readonly string[] } {
  const loaded = new Map<string, string>();
  const packages: string[] = [];
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    const text = readFileSync(path, 'utf8');
    loaded.set(path, text);
    // What is imported in any case, not `import(...)`; a bundle has each at the beginning of a line.
    for (const [, name = ''] of text.matchAll(/^(?:import|export)\b[^'"(;]*["']([^"']+)["']/gm)) {
      if (name.startsWith('.')) load(join(dirname(path), name));
      else if (!name.startsWith('node:')) packages.push(name);
    }
  };
  load(start);
  const bytes = [...loaded.values()].reduce((sum, text) => sum + text.length, 0);
  return { bytes, packages };
}

it('loads next to nothing before it knows what is asked for', () => {
  const { bytes, packages } = loadedWith(cli.path);
  expect(packages).toEqual([]);
  expect(bytes).toBeGreaterThan(1_000);
  expect(bytes).toBeLessThan(MOST_BYTES);
});

it('loads what lays out tables only where a table is shown', () => {
  const commands = readdirSync(dirname(cli.path)).find((name) => name.startsWith('cli-')) ?? '';
  const { packages } = loadedWith(join(dirname(cli.path), commands));
  expect(new Set(packages)).toEqual(new Set(['string-width']));
});
