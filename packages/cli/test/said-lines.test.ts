import { expect, it } from 'vitest';
import { SaidLines } from '../src/exec/said-lines.ts';

const bytes = new TextEncoder().encode('größer\n\nzwei\r\nohne Ende');

it.each([1, 2, 3, 7, bytes.length])(
  'has whole lines, and whole characters, of pieces of %i bytes',
  (size) => {
    const told: string[] = [];
    const lines = new SaidLines((line) => told.push(line));
    for (let at = 0; at < bytes.length; at += size) lines.add(bytes.subarray(at, at + size));
    expect(told).toEqual(['größer', '', 'zwei\r']);
    lines.end();
    expect(told).toEqual(['größer', '', 'zwei\r', 'ohne Ende']);
    lines.end();
    expect(told).toHaveLength(4);
  },
);

it('keeps no line that does not end', () => {
  let told = 0;
  const lines = new SaidLines((line) => (told += line.length));
  for (let count = 0; count < 100; count += 1) lines.add(new Uint8Array(65_536).fill(46));
  expect(told).toBe(6_553_600);
});
