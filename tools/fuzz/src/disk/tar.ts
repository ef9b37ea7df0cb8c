const BLOCK = 512;

/** A member of a tar archive, whatever it claims to be. */
export interface TarMember {
  readonly name: string;
  /** The type flag: `0` a file, `1` and `2` links, `5` a directory, and so on. */
  readonly kind: string;
  readonly base64: string;
  /** What its header says; null: the truth. -1: no number at all. */
  readonly size: number | null;
  readonly link: string;
  readonly modified_s: number;
}

/** An archive of these members: headers of the form `ustar`, each with the checksum that it must have to be looked at. */
export function tarOf(members: readonly TarMember[]): Uint8Array {
  const blocks = members.flatMap((member) => {
    const content = Buffer.from(member.base64, 'base64');
    const padding = Buffer.alloc((BLOCK - (content.byteLength % BLOCK)) % BLOCK);
    return [headerOf(member, content.byteLength), content, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function headerOf({ name, kind, size, link, modified_s }: TarMember, length: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const [prefix, base] = divided(Buffer.from(name));
  base.copy(header, 0);
  header.write('0000600\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(size === -1 ? 'no size at \0' : `${(size ?? length).toString(8).padStart(11, '0')}\0`, 124);
  header.write(`${modified_s.toString(8).padStart(11, '0')}\0`, 136);
  header.write('        ', 148);
  header.write(kind, 156);
  header.write(link, 157, 100);
  header.write('ustar\u000000', 257);
  prefix.copy(header, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** A name of more than 100 bytes has its beginning in another field, cut at a slash; what fits in neither is cut off. */
function divided(name: Buffer): [prefix: Buffer, base: Buffer] {
  if (name.byteLength <= 100) return [Buffer.alloc(0), name];
  const slash = name.indexOf(0x2f, name.byteLength - 101);
  if (slash < 0) return [Buffer.alloc(0), name.subarray(0, 100)];
  return [name.subarray(0, Math.min(slash, 155)), name.subarray(slash + 1)];
}
