import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseOptions } from '../src/options.ts';
import { plant, plantedFaults } from '../src/planted-faults.ts';
import { repository } from '../src/repository.ts';
import { readCatalog } from '../src/workspace-copy.ts';

test('the versions are those of the catalog', () => {
  const catalog = readCatalog(readFileSync(path.join(repository, 'pnpm-workspace.yaml'), 'utf8'));
  expect(catalog.get('vitest')).toMatch(/^\d+\.\d+\.\d+$/);
  expect(catalog.get('@types/node')).toMatch(/^\d+\.\d+\.\d+$/);
  expect(catalog.get('graceful-fs')).toMatch(/^\^4/);
  expect(catalog.has('strictDepBuilds')).toBe(false);
});

test('every planted fault finds its place in the sources, and is taken back', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tapps-wine-plant-'));
  try {
    for (const fault of plantedFaults) {
      const source = readFileSync(path.join(repository, fault.file), 'utf8');
      const copy = path.join(folder, fault.file);
      mkdirSync(path.dirname(copy), { recursive: true });
      writeFileSync(copy, source);
      {
        using _ = plant(fault, folder);
        expect(readFileSync(copy, 'utf8')).toContain(fault.planted);
      }
      expect(readFileSync(copy, 'utf8')).toBe(source);
      writeFileSync(copy, '');
      expect(() => plant(fault, folder)).toThrow('Adapt the planted fault');
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('patterns leave the planted faults out, and --planted the tests', () => {
  expect(parseOptions([])).toMatchObject({ lines: ['20', '22'], runs: true, plants: true });
  expect(parseOptions(['--node', '22', 'queue'])).toMatchObject({ lines: ['22'], plants: false });
  expect(parseOptions(['--planted'])).toMatchObject({ runs: false, plants: true });
  expect(() => parseOptions(['--node', '18'])).toThrow('20, 22');
  expect(parseOptions(['--limit', '9', '--file-limit', '2'])).toMatchObject({
    limit_ms: 9_000,
    fileLimit_ms: 2_000,
  });
  expect(parseOptions([])).toMatchObject({ retries: true, workers: 2 });
  expect(parseOptions(['--workers', '3'])).toMatchObject({ workers: 3 });
  expect(parseOptions(['--no-retry'])).toMatchObject({ retries: false });
  expect(() => parseOptions(['--limit', 'soon'])).toThrow('--limit');
  expect(parseOptions(['--only', '20=a', '--only', '20=b'])).toMatchObject({
    plants: true,
    only: new Map([['20', ['a', 'b']]]),
  });
  expect(parseOptions(['--without', 'a', '--without', 'b', 'packages'])).toMatchObject({
    patterns: ['packages'],
    without: ['a', 'b'],
  });
  expect(() => parseOptions(['--only', '18=a'])).toThrow('20, 22');
  expect(() => parseOptions(['--only', 'a'])).toThrow('LINE=PATTERN');
  expect(() => parseOptions(['--file-limit', '0'])).toThrow('--file-limit');
});
