import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleCli } from './support/bundled-cli.ts';
import type { BundledCli } from './support/bundled-cli.ts';

/** The start, the version, the exit codes: much less than a parser of arguments, or the queue. */
const MOST_BYTES = 32_768;

let cli: BundledCli;
beforeAll(async () => {
  cli = await bundleCli();
});
afterAll(() => cli.remove());

it('loads next to nothing before it knows what is asked for', () => {
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
  load(cli.path);
  expect(packages).toEqual([]);
  const bytes = [...loaded.values()].reduce((sum, text) => sum + text.length, 0);
  expect(bytes).toBeGreaterThan(1_000);
  expect(bytes).toBeLessThan(MOST_BYTES);
});
