import { createHash, randomUUID } from 'node:crypto';

/**
 * Identifiers as path segments: one reversible encoding, safe on every file system we know of.
 *
 * An id's UTF-8 bytes are percent-encoded in lower case, except `a-z 0-9 - _ .`. So `Coder` becomes
 * `%43oder`, which no case-insensitive file system confuses with `coder`, and `../../x` becomes
 * `%2e.%2f..%2fx`. Encoded too are a leading dot (a hidden file) or dash (an option), a trailing dot (Windows
 * drops it), and the first letter of a reserved device name (`con` becomes `%63on`; Windows reserves it with
 * any extension: learn.microsoft.com/windows/win32/fileio/naming-a-file). An ordinary percent-decoder
 * reverses it. What would be longer than its limit is cut, and ends in `%h` and 65 bits of its SHA-256: not
 * reversible, but unambiguous, since `%h` is no percent-encoding.
 */

/** The longest segment of each kind, in characters; together they keep every relative path within 180. */
export const SEGMENT_LIMITS = { agent: 28, workflow: 36, task: 36, message: 36, type: 22, step: 36 } as const;

/** The workflow and task of ledger entries of which only the message id is known. No id is encoded so. */
export const ANY_SEGMENT = 'any%h';

export type SegmentKind = keyof typeof SEGMENT_LIMITS;

/** What Windows reserves, alone and with any extension. */
export const RESERVED_DEVICE_NAME = String.raw`(?:con|prn|aux|nul|conin|conout|com\d|lpt\d)`;
const RESERVED_DEVICE = new RegExp(`^${RESERVED_DEVICE_NAME}(?=$|[.%])`);
const PLAIN = /^[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_-])?$/;
const PLAIN_WITHOUT_UNDERSCORE = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9-])?$/;
const HASH_MARK = '%h';
const HASH_CHARACTERS = 13;
const SHORTENED = /^[a-z0-9_%][a-z0-9._%-]*%h[0-9a-v]{13}$/;
const BASE32HEX = '0123456789abcdefghijklmnopqrstuv';

/**
 * Encodes an id as one path segment.
 *
 * Inside file names `_` ends the message id, so message ids have it encoded as well (`%5f`).
 */
export function encodeSegment(id: string, kind: SegmentKind): string {
  // A message's ids are asked for several times in a row, and its workflow, task and type again for the next.
  const last = lastEncoded[kind];
  if (last?.id === id) return last.segment;
  const segment = encode(id, kind);
  lastEncoded[kind] = { id, segment };
  return segment;
}

const lastEncoded: Partial<Record<SegmentKind, { readonly id: string; readonly segment: string }>> = {};

function encode(id: string, kind: SegmentKind): string {
  const keepUnderscore = kind !== 'message';
  if (isPlain(id, keepUnderscore) && id.length <= SEGMENT_LIMITS[kind]) return id;
  const tokens = [...Buffer.from(id, 'utf8')].map((byte) => encodeByte(byte, keepUnderscore));
  escapeAt(tokens, 0, /^[.-]$/);
  escapeAt(tokens, tokens.length - 1, /^\.$/);
  if (RESERVED_DEVICE.test(tokens.join(''))) escapeAt(tokens, 0, /./);
  const whole = tokens.join('');
  return whole.length <= SEGMENT_LIMITS[kind] ? whole : shorten(tokens, id, SEGMENT_LIMITS[kind]);
}

/** The id of a segment; null when it was shortened, or is not what {@link encodeSegment} makes of any id. */
export function decodeSegment(segment: string, kind: SegmentKind): string | null {
  const last = lastEncoded[kind];
  if (last?.id === segment && last.segment === segment) return segment;
  if (isPlain(segment, kind !== 'message')) {
    if (segment.length > SEGMENT_LIMITS[kind]) return null;
    lastEncoded[kind] = { id: segment, segment };
    return segment;
  }
  if (segment.includes(HASH_MARK)) return null;
  try {
    const id = decodeURIComponent(segment);
    return isId(id) && encodeSegment(id, kind) === segment ? id : null;
  } catch {
    return null; // Not percent-encoding at all: somebody else's name.
  }
}

/**
 * Whether this can be an id by the contract: not empty, no control characters, no lone surrogates. Anybody can make a
 * directory whose name decodes to something else, and no reason could name the agent that it would be.
 */
function isId(id: string): boolean {
  return id !== '' && !/[\u0000-\u001f\u007f-\u009f]|\p{Surrogate}/u.test(id);
}

/**
 * The id of a message's segment in a parsed name, as {@link decodeSegment}: what has the form of one and no percent sign is plain, which
 * needs no further look.
 */
export function idInName(segment: string): string | null {
  return segment.includes('%') ? decodeSegment(segment, 'message') : segment;
}

/** Whether this is the segment of a message's id in a parsed name. */
export function isNamedAfter(segment: string, messageId: string): boolean {
  return segment.includes('%') ? encodeSegment(messageId, 'message') === segment : segment === messageId;
}

/** The segment of a message whose id nobody knows: of the shortened form, so that it is never read as an id. */
export function unidentifiedSegment(): string {
  return `unidentified${HASH_MARK}${shortHash(randomUUID())}`;
}

/** Whether this has a place among the directories of its kind: an id's segment, also of one that was cut, or {@link ANY_SEGMENT}. */
export function isSegment(segment: string, kind: SegmentKind): boolean {
  if (decodeSegment(segment, kind) !== null) return true;
  if (segment === ANY_SEGMENT) return kind === 'workflow' || kind === 'task';
  return segment.length <= SEGMENT_LIMITS[kind] && SHORTENED.test(segment) && !RESERVED_DEVICE.test(segment);
}

/** Whether a segment was cut, so that its id must be looked up elsewhere. */
export function isShortened(segment: string): boolean {
  return segment.includes(HASH_MARK);
}

/** Most ids (UUIDs, agents' names) need no encoding at all; told by two looks, they cost next to nothing. */
function isPlain(id: string, keepUnderscore: boolean): boolean {
  return (keepUnderscore ? PLAIN : PLAIN_WITHOUT_UNDERSCORE).test(id) && !RESERVED_DEVICE.test(id);
}

/**
 * Whether the id of a shortened segment begins like this. The segment, which may go on with other parts of a file name,
 * tells only of the beginning that was kept, and of the whole id.
 */
export function shortenedBeginsWith(segment: string, prefix: string, kind: SegmentKind): boolean {
  const encoded = encodeSegment(prefix, kind);
  if (isShortened(encoded)) return segment.startsWith(encoded);
  const kept = segment.slice(0, Math.max(0, segment.indexOf(HASH_MARK)));
  // Compared by bytes: what was kept may end within a character, and a prefix ends where an id does not.
  const bytes = kept.replaceAll(/%([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return bytes.startsWith(Buffer.from(prefix, 'utf8').toString('latin1'));
}

function encodeByte(byte: number, keepUnderscore: boolean): string {
  const character = String.fromCharCode(byte);
  if (/[a-z0-9.-]/.test(character) || (keepUnderscore && character === '_')) return character;
  return percent(byte);
}

function percent(byte: number): string {
  return `%${byte.toString(16).padStart(2, '0')}`;
}

function escapeAt(tokens: string[], index: number, which: RegExp): void {
  const token = tokens[index];
  if (token !== undefined && token.length === 1 && which.test(token))
    tokens[index] = percent(token.charCodeAt(0));
}

function shorten(tokens: readonly string[], id: string, limit: number): string {
  const room = limit - HASH_MARK.length - HASH_CHARACTERS;
  let kept = '';
  for (const token of tokens) {
    if (kept.length + token.length > room) break;
    kept += token;
  }
  return kept + HASH_MARK + shortHash(id);
}

/** The first 65 bits of the id's SHA-256, as 13 characters of lower-case base32hex (RFC 4648, section 7). */
function shortHash(id: string): string {
  let bits = BigInt(`0x${createHash('sha256').update(id, 'utf8').digest('hex').slice(0, 18)}`) >> 7n;
  let text = '';
  for (let index = 0; index < HASH_CHARACTERS; index += 1) {
    text = BASE32HEX.charAt(Number(bits & 31n)) + text;
    bits >>= 5n;
  }
  return text;
}
