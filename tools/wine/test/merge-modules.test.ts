import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { mergedEntryPoints, mergeModules } from '../src/merge-modules.ts';
import { repository } from '../src/repository.ts';

test('what the entry points share is there once, and they need no other file of the package', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tapps-merge-'));
  try {
    const build = path.join(folder, 'node_modules/many/build');
    mkdirSync(path.join(build, 'sub'), { recursive: true });
    const write = (name: string, text: string): void => writeFileSync(path.join(build, name), text);
    write('core.mjs', "import { sep } from 'node:path';\nexport const shared = { sep };\n");
    write('index.mjs', "export { shared } from './core.mjs';\n");
    write('sub/index.mjs', "import { shared } from '../core.mjs';\nexport const same = shared;\n");
    await mergeModules(folder, folder, { many: ['build/index.mjs', 'build/sub/index.mjs'] });
    rmSync(path.join(build, 'core.mjs'));
    const load = async (name: string): Promise<Record<string, unknown>> =>
      (await import(pathToFileURL(path.join(build, name)).href)) as Record<string, unknown>;
    const [{ shared }, { same }] = [await load('index.mjs'), await load('sub/index.mjs')];
    expect(shared).toEqual({ sep: path.sep });
    expect(same).toBe(shared);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('of typebox all is merged: what is imported by another way would be there twice', () => {
  const manifest = path.join(repository, 'packages/contracts/node_modules/typebox/package.json');
  const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    exports: Record<string, { import: string }>;
  };
  const files = Object.values(exports).map((target) => target.import.replace('./', ''));
  expect(mergedEntryPoints['typebox']?.toSorted()).toEqual(files.toSorted());
});
