import { createHash } from 'node:crypto';

/** Tells one content from another: 64 bits of the SHA-256. */
export function digestOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}
