import { createHash, randomFillSync } from 'node:crypto';

const ALPHABET = '0123456789abcdefghijklmnopqrstuv';

/** Random bytes, fetched many at a time: one call for each nonce would cost more than the rest of a name. */
const pool = new Uint8Array(3_072);
let used = pool.length;

/** A new nonce: 30 random bits as 6 characters of base32hex. */
export function newNonce(): string {
  if (used + 6 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  let text = '';
  for (const end = used + 6; used < end; used += 1) text += ALPHABET.charAt((pool[used] ?? 0) & 31);
  return text;
}

/**
 * The nonce under which an operation moves the file of this name. A name never comes back and its file is moved once, so no more
 * than one file ever gets it; and whoever knows the operation can tell which it was that moved the file.
 */
export function nonceOfOperation(operation: string, fileName: string): string {
  const digest = createHash('sha256').update(`${operation} ${fileName}`).digest();
  let text = '';
  for (let index = 0; index < 6; index += 1) text += ALPHABET.charAt((digest[index] ?? 0) & 31);
  return text;
}
