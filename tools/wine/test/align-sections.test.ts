import { expect, test } from 'vitest';
import { alignSections } from '../src/align-sections.ts';
import { forwardingLibrary } from '../src/forwarding-library.ts';

const library = Buffer.from(
  forwardingLibrary({ library: 'random.dll', exported: 'Fill', target: 'advapi32.Other' }),
);

/** Where the only section lies in the file, and what is in it. */
function sectionOf(program: Buffer): { start: number; address: number; bytes: Buffer } {
  const optional = program.readUInt32LE(0x3c) + 24;
  const header = optional + program.readUInt16LE(optional - 4);
  const [size, start] = [program.readUInt32LE(header + 16), program.readUInt32LE(header + 20)];
  return { start, address: program.readUInt32LE(header + 12), bytes: program.subarray(start, start + size) };
}

test('what is in a section stays as it is, and begins and ends with a page of the file', () => {
  const before = sectionOf(library);
  const aligned = Buffer.from(alignSections(library));
  const after = sectionOf(aligned);
  expect(before.start % 0x1000).not.toBe(0);
  expect([after.start % 0x1000, after.bytes.length % 0x1000, after.bytes.length > 0]).toEqual([0, 0, true]);
  expect(after.address).toBe(before.address);
  expect(after.bytes.subarray(0, before.bytes.length).equals(before.bytes)).toBe(true);
  expect(after.bytes.subarray(before.bytes.length).every((byte) => byte === 0)).toBe(true);
  expect(alignSections(aligned)).toEqual(aligned);
});

test('anything else is refused', () => {
  const other = Buffer.from(library);
  other.writeUInt16LE(0x10b, other.readUInt32LE(0x3c) + 24); // PE32, of 32 bits
  expect(() => alignSections(other)).toThrow('no program for Windows on x64');
});
