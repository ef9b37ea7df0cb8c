const pageBytes = 0x1000;
const sectionHeaderBytes = 40;

/**
 * Moves the sections of a program for Windows on x64 (PE32+) to where pages begin in its file; nothing else of it changes but that it
 * is signed no more. Wine maps such sections into memory, and reads all others into it: 85 MB for each start of a Node, which
 * is half of what a start costs (Microsoft, "PE Format", FileAlignment; Wine 8, dlls/ntdll/unix/virtual.c).
 */
export function alignSections(program: Uint8Array): Uint8Array {
  const source = Buffer.from(program.buffer, program.byteOffset, program.byteLength);
  const optional = source.readUInt32LE(0x3c) + 24;
  const sections = optional + source.readUInt16LE(optional - 4);
  const count = source.readUInt16LE(optional - 18);
  const headers = Buffer.alloc(pageBytes);
  const headerBytes = sections + count * sectionHeaderBytes;
  if (source.readUInt16LE(optional) !== 0x20b || headerBytes > pageBytes)
    throw new Error('This is no program for Windows on x64 with headers of less than a page.');
  source.copy(headers, 0, 0, headerBytes);
  headers.writeUInt32LE(pageBytes, optional + 36); // alignment in the file
  headers.writeUInt32LE(pageBytes, optional + 60); // size of the headers
  headers.writeBigUInt64LE(0n, optional + 112 + 4 * 8); // place and size of the signature
  const parts: Buffer[] = [headers];
  let end = pageBytes;
  for (let at = sections; at < headerBytes; at += sectionHeaderBytes) {
    const [size, start] = [source.readUInt32LE(at + 16), source.readUInt32LE(at + 20)];
    const part = Buffer.alloc(Math.ceil(size / pageBytes) * pageBytes);
    source.copy(part, 0, start, start + size);
    headers.writeUInt32LE(part.length, at + 16);
    headers.writeUInt32LE(part.length === 0 ? 0 : end, at + 20);
    parts.push(part);
    end += part.length;
  }
  return Buffer.concat(parts);
}
