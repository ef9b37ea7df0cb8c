import { expect, test } from 'vitest';
import { forwardingLibrary } from '../src/forwarding-library.ts';

test('the library exports one function, and names the one that it stands for', () => {
  const library = Buffer.from(
    forwardingLibrary({ library: 'random.dll', exported: 'Fill', target: 'advapi32.Other' }),
  );
  const headers = library.readUInt32LE(0x3c);
  expect(library.toString('latin1', 0, 2)).toBe('MZ');
  expect(library.toString('latin1', headers, headers + 4)).toBe('PE\0\0');
  expect(library.readUInt16LE(headers + 4)).toBe(0x8664);
  const optional = headers + 24;
  const [address, size] = [library.readUInt32LE(optional + 112), library.readUInt32LE(optional + 116)];
  const section = optional + library.readUInt16LE(headers + 20);
  const [start, inFile] = [library.readUInt32LE(section + 12), library.readUInt32LE(section + 20)];
  /** Where in the file an address of the loaded library is. */
  const at = (where: number): number => where - start + inFile;
  const text = (where: number): string =>
    library.toString('latin1', at(where), library.indexOf(0, at(where)));
  const [name, , , , functions, names] = Array.from({ length: 6 }, (_, index) =>
    library.readUInt32LE(at(address) + 12 + 4 * index),
  );
  expect(text(name!)).toBe('random.dll');
  expect(text(library.readUInt32LE(at(names!)))).toBe('Fill');
  const forwarder = library.readUInt32LE(at(functions!));
  expect(text(forwarder)).toBe('advapi32.Other');
  // An address within the export directory is a forwarder's; any other would be code.
  expect(forwarder).toBeGreaterThanOrEqual(address);
  expect(forwarder).toBeLessThan(address + size);
});
