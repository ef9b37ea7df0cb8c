import { createHash } from 'node:crypto';

/*
 * Ids as path segments, written from docs/protocol.md, R8 and nothing else: the kit must not take the code that it judges for the
 * measure.
 */

const LIMITS = { agent: 28, workflow: 36, task: 36, message: 36, step: 36, type: 22 } as const;
const DEVICE = /^(?:con|prn|aux|nul|conin|conout|com[0-9]|lpt[0-9])(?:$|[.%])/;

/** An id as a segment of its kind. */
export function segmentOf(id: string, kind: keyof typeof LIMITS): string {
  const kept = kind === 'message' ? /[a-z0-9.-]/ : /[a-z0-9._-]/;
  const parts = [...Buffer.from(id, 'utf8')].map((byte) => {
    const character = String.fromCharCode(byte);
    return byte < 128 && kept.test(character) ? character : escaped(character);
  });
  const last = parts.length - 1;
  if (parts[0] === '.' || parts[0] === '-') parts[0] = escaped(parts[0]);
  if (parts[last] === '.') parts[last] = escaped('.');
  if (DEVICE.test(parts.join(''))) parts[0] = escaped(parts[0] ?? '');
  const whole = parts.join('');
  return whole.length <= LIMITS[kind] ? whole : shortened(parts, id, LIMITS[kind]);
}

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

function shortened(parts: readonly string[], id: string, limit: number): string {
  let beginning = '';
  for (const part of parts) {
    if (beginning.length + part.length > limit - 15) break;
    beginning += part;
  }
  const bits = [...createHash('sha256').update(id, 'utf8').digest().subarray(0, 9)]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .slice(0, 65);
  const digits = bits.match(/.{5}/g) ?? [];
  return `${beginning}%h${digits.map((five) => Number.parseInt(five, 2).toString(32)).join('')}`;
}
