/** What a library of one function is made of; names are ASCII. */
export interface Forwarding {
  /** The library's own file name. */
  readonly library: string;
  readonly exported: string;
  /** `LIBRARY.FUNCTION`, without `.dll`: who calls the exported function calls this one. */
  readonly target: string;
}

const sectionAddress = 0x1000;
const blockBytes = 0x200;

/**
 * The bytes of a Windows library for x64 without any code, which exports one function that is another library's: a PE32+
 * file of one section that holds an export directory with a forwarder (Microsoft, "PE Format", sections ".edata" and
 * "Export Address Table").
 */
export function forwardingLibrary({ library, exported, target }: Forwarding): Uint8Array {
  const { section, bytes } = exportSection(library, exported, target);
  return Buffer.concat([headers(bytes), section]);
}

function exportSection(
  library: string,
  exported: string,
  target: string,
): { section: Buffer; bytes: number } {
  const section = Buffer.alloc(blockBytes);
  let end = 40; // After the export directory's own fields.
  const put = (bytes: Buffer): number => {
    const start = end;
    end += bytes.copy(section, start);
    return sectionAddress + start;
  };
  const text = (value: string): number => put(Buffer.from(`${value}\0`, 'latin1'));
  const address = (value: number): number => put(numbers([value]));
  const [name, exportedName, forwarder] = [text(library), text(exported), text(target)];
  end = Math.ceil(end / 4) * 4;
  const [functions, names, ordinals] = [address(forwarder), address(exportedName), put(Buffer.alloc(2))];
  const ordinalBase = 1;
  numbers([name, ordinalBase, 1, 1, functions, names, ordinals]).copy(section, 12);
  return { section, bytes: end };
}

function headers(exportBytes: number): Buffer {
  const header = Buffer.alloc(blockBytes);
  const [signature, file, optional] = [0x40, 0x44, 0x58];
  header.write('MZ', 0, 'latin1');
  header.writeUInt32LE(signature, 0x3c);
  header.write('PE\0\0', signature, 'latin1');
  header.writeUInt16LE(0x8664, file); // x64
  header.writeUInt16LE(1, file + 2); // one section
  header.writeUInt16LE(240, file + 16); // size of the optional header
  header.writeUInt16LE(0x2022, file + 18); // executable image, large addresses, DLL
  header.writeUInt16LE(0x20b, optional); // PE32+
  header.writeBigUInt64LE(0x1_8000_0000n, optional + 24); // image base
  numbers([sectionAddress, blockBytes]).copy(header, optional + 32); // alignments
  header.writeUInt16LE(6, optional + 40); // operating system version
  header.writeUInt16LE(6, optional + 48); // subsystem version
  numbers([2 * sectionAddress, blockBytes]).copy(header, optional + 56); // sizes of image and headers
  header.writeUInt16LE(3, optional + 68); // console
  header.writeUInt16LE(0x100, optional + 70); // compatible with data execution prevention
  numbers([16, sectionAddress, exportBytes]).copy(header, optional + 108); // data directories; the first is the exports
  const sectionHeader = optional + 240;
  header.write('.rdata', sectionHeader, 'latin1');
  numbers([blockBytes, sectionAddress, blockBytes, blockBytes]).copy(header, sectionHeader + 8);
  header.writeUInt32LE(0x4000_0040, sectionHeader + 36); // initialised data, readable
  return header;
}

function numbers(values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) buffer.writeUInt32LE(value, 4 * index);
  return buffer;
}
