import { expect, test } from 'vitest';
import type { Disk } from '../../src/file-store/disk.ts';
import { formatReady, newName } from '../../src/file-store/names.ts';
import { isTaken, noteTaken } from '../../src/file-store/taken-names.ts';

function ready(): string {
  return formatReady(newName({ id: 'm', type: 't', createdAt_ms: 0, priority: 'medium' }));
}

test('the last names that went are known, of this disk alone, and no others', () => {
  const disk = {} as Disk;
  const names = Array.from({ length: 200 }, ready);
  expect(names.some((name) => isTaken(disk, name))).toBe(false);
  for (const name of names) {
    noteTaken(disk, name);
    expect(isTaken(disk, name)).toBe(true);
    expect(isTaken({} as Disk, name)).toBe(false);
  }
  // One may have taken another's place.
  expect(names.filter((name) => isTaken(disk, name)).length).toBeGreaterThan(150);
  expect(Array.from({ length: 200 }, ready).some((name) => isTaken(disk, name))).toBe(false);
});

test('what is no ready name of ours is never taken for one that went', () => {
  const disk = {} as Disk;
  for (const name of ['a.json', 'x~zzzzzz.json', 'x~ABCDEF.json', '~000000.txt', '000000.json', '']) {
    noteTaken(disk, name);
    expect(isTaken(disk, name), name).toBe(false);
  }
});
