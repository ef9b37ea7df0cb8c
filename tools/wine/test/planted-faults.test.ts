import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { documentedText } from '../src/documents.ts';
import { plant, plantedFaults } from '../src/planted-faults.ts';
import { repository } from '../src/repository.ts';

test.each(plantedFaults)('$name: can be planted in the code as it is, and taken back', (fault) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tapps-planted-'));
  try {
    const file = path.join(folder, fault.file);
    const source = readFileSync(path.join(repository, fault.file), 'utf8');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, source);
    {
      using _ = plant(fault, folder);
      expect(readFileSync(file, 'utf8')).toBe(source.replace(fault.original, () => fault.planted));
    }
    expect(readFileSync(file, 'utf8')).toBe(source);
    expect(existsSync(path.join(repository, fault.noticedBy))).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each(plantedFaults)('docs/reliability.md names it: $name', ({ name }) => {
  expect(documentedText()).toContain(name);
});
