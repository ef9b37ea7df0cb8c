import { lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mayBeMade } from '../src/may-be-made.ts';

let place = '';
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'tapps-may-be-made-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

test('where nothing is, or an empty directory, and nowhere else', () => {
  mkdirSync(join(place, 'empty'));
  mkdirSync(join(place, 'full/of'), { recursive: true });
  writeFileSync(join(place, 'file'), '');
  const answers = ['missing', 'empty', 'full', 'file'].map((name) => mayBeMade(join(place, name)));
  expect(answers).toEqual([true, true, false, false]);
});

test('a link in the place of a version file is not followed', ({ skip }) => {
  const outside = join(place, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'inner.json'), '{}');
  try {
    symlinkSync(outside, join(place, 'layout.json'), 'junction');
  } catch (error) {
    skip(process.platform === 'win32', 'symbolic links cannot be made here');
    throw error;
  }
  utimesSync(outside, 1_000_000_000, 1_000_000_001);
  expect(mayBeMade(join(place, 'layout.json'))).toBe(false);
  expect(lstatSync(outside).atimeMs).toBe(1_000_000_000_000);
});
