import type { Disk } from './disk.ts';

/** Watch events come at the next turn of the event loop, which no consumer puts off for long. A power of two. */
const REMEMBERED = 8_192;
/** `<nonce>.json`, at the end of a ready name: 6 characters of 5 bits each. */
const NONCE_AT = 11;
const NONCE_END = 5;

/** The nonces of names that went, each at its own place, where a later one takes over. Numbers alone: nothing to be collected. */
const taken = new WeakMap<Disk, Int32Array>();

/**
 * Remembers the name of a ready file that was claimed, here or by somebody else: what a watch tells of it is that it went, and
 * as no name ever comes back, that is no reason to look. Of all names some thousand are remembered, by their random part: one
 * in 2^30 others is taken for one of them, and found by the next poll.
 */
export function noteTaken(disk: Disk, fileName: string): void {
  let nonces = taken.get(disk);
  if (nonces === undefined) {
    nonces = new Int32Array(REMEMBERED).fill(-1);
    taken.set(disk, nonces);
  }
  const nonce = nonceIn(fileName);
  nonces[nonce & (REMEMBERED - 1)] = nonce;
}

/** Whether this process knows that the file of this name is gone for good. */
export function isTaken(disk: Disk, fileName: string): boolean {
  const nonces = taken.get(disk);
  if (nonces === undefined) return false;
  const nonce = nonceIn(fileName);
  return nonce >= 0 && nonces[nonce & (REMEMBERED - 1)] === nonce;
}

/** 30 bits; -2 for what is no ready name of ours. */
function nonceIn(fileName: string): number {
  if (!fileName.endsWith('.json') || fileName.at(-NONCE_AT - 1) !== '~') return -2;
  let nonce = 0;
  for (let at = fileName.length - NONCE_AT; at < fileName.length - NONCE_END; at += 1) {
    const code = fileName.charCodeAt(at);
    const digit = code <= 57 ? code - 48 : code - 87; // 0 to 9, then a to v.
    if (digit < 0 || digit > 31) return -2;
    nonce = (nonce << 5) | digit;
  }
  return nonce;
}
