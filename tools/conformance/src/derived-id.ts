import { createHash } from 'node:crypto';

/** The id of a message that follows from another: docs/protocol.md, R50. */
export function derivedId(
  ...parts: readonly [agent: string, message_id: string, run: string, what: string]
): string {
  const bytes = createHash('sha256').update(JSON.stringify(parts), 'utf8').digest();
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
