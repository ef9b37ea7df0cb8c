import { describe, expect, it } from 'vitest';
import { importGraph, mostImported, resolveImport } from '../src/import-graph.ts';

const known = new Set([
  'a.ts',
  'src/b.ts',
  'src/c.tsx',
  'src/index.ts',
  'lib/d.js',
  'lib/e/index.mjs',
  'index.ts',
]);

describe('resolveImport', () => {
  it.each([
    ['src/b.ts', '../a.ts', 'a.ts'],
    ['src/b.ts', './c', 'src/c.tsx'],
    ['src/b.ts', './c.js', 'src/c.tsx'],
    ['a.ts', './src/b.js', 'src/b.ts'],
    ['a.ts', './lib/d.js', 'lib/d.js'],
    ['a.ts', './lib/e', 'lib/e/index.mjs'],
    ['a.ts', './src', 'src/index.ts'],
    ['a.ts', './src/', 'src/index.ts'],
    ['src/b.ts', '.', 'src/index.ts'],
    ['src/b.ts', '..', 'index.ts'],
    ['a.ts', './missing.ts', null],
    ['a.ts', '../a.ts', null],
    ['a.ts', 'typescript', null],
    ['a.ts', 'node:fs', null],
    ['a.ts', '.hidden', null],
  ])('from %s, %s is %s', (from, specifier, target) => {
    expect(resolveImport(from, specifier, known)).toBe(target);
  });
});

describe('importGraph', () => {
  const graph = importGraph([
    {
      path: 'src/b.ts',
      imports: ['./a.ts', './a.js', 'node:fs/promises', '@scope/name/deep', 'plain/deep', './lost.ts'],
    },
    { path: 'src/a.ts', imports: ['@scope/name'] },
    { path: 'src/c.ts', imports: ['./b.ts', './a.ts'] },
  ]);

  it('links files, and keeps apart what is not of the folder', () => {
    expect(graph).toEqual([
      { path: 'src/a.ts', imports: [], externals: ['@scope/name'] },
      {
        path: 'src/b.ts',
        imports: ['src/a.ts'],
        externals: ['./lost.ts', '@scope/name', 'node:fs/promises', 'plain'],
      },
      { path: 'src/c.ts', imports: ['src/a.ts', 'src/b.ts'], externals: [] },
    ]);
  });

  it('ranks what is imported by the number of importers, then by name', () => {
    expect(mostImported(graph)).toEqual({
      files: [
        { module: 'src/a.ts', importers: 2 },
        { module: 'src/b.ts', importers: 1 },
      ],
      packages: [
        { module: '@scope/name', importers: 2 },
        { module: 'node:fs/promises', importers: 1 },
        { module: 'plain', importers: 1 },
      ],
    });
  });
});
