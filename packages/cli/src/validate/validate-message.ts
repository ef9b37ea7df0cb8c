import { MAX_MESSAGE_BYTES, MAX_MESSAGE_DEPTH, tryParseMessage } from '@tapps-agents/contracts';
import type { MessageError, ParseResult, ReasonCode } from '@tapps-agents/contracts';
import { Lines } from './place.ts';
import type { Place, Span } from './place.ts';
import { spanOf } from './pointer-span.ts';
import { syntaxFaults, tooDeepAt, treeOf } from './syntax.ts';
import { writerFaults } from './writer-faults.ts';
import type { WriterCode } from './writer-faults.ts';

/** Something that is wrong with a message, and where. */
export interface PlacedFault {
  /** What a dead letter of this message would have as its code; or what a writer did that readers let pass. */
  readonly code: ReasonCode | WriterCode;
  readonly pointer: string;
  readonly expected: string;
  readonly found: string;
  /** Lines are counted from the message's own first. */
  readonly place: Place;
}

/** What came of looking at one message. */
export interface Validation {
  readonly messageType: string | null;
  readonly messageId: string | null;
  /** Empty: it is valid. All of them, in the order of the text. */
  readonly faults: readonly PlacedFault[];
  /** What readers let pass and a writer must not write, in the order of the text; empty where those count as faults. */
  readonly warnings: readonly PlacedFault[];
}

/** No message has more: a fault is about at least one byte, or about one of a few fields that are missing. */
const ALL_FAULTS = 2 * MAX_MESSAGE_BYTES;

/**
 * Whether bytes are a message that any reader accepts; if not, all that is wrong, each where it stands. Throws for no bytes.
 *
 * @param strict whether it has to be one that a writer may write, too
 */
export function validateMessage(bytes: Uint8Array, strict = false): Validation {
  const result = tryParseMessage(bytes, { maxFaults: ALL_FAULTS });
  const { message_type, message_id } = result.ok ? result.message : result.error.envelope;
  const faults = result.ok ? [] : faultsOf(result.error, bytes);
  const warnings = result.ok || result.error.code === 'ERR_INVALID_MESSAGE' ? writersOf(result, bytes) : [];
  return {
    messageType: message_type,
    messageId: message_id,
    faults: inOrder(strict ? [...faults, ...warnings] : faults),
    warnings: strict ? [] : inOrder(warnings),
  };
}

function inOrder(faults: readonly PlacedFault[]): readonly PlacedFault[] {
  return faults.toSorted((a, b) => a.place.offset - b.place.offset);
}

/** What a writer must not write, of a message that is JSON and of a version and type that are known. */
function writersOf(result: ParseResult<unknown>, bytes: Uint8Array): readonly PlacedFault[] {
  const text = new TextDecoder().decode(bytes);
  const tree = treeOf(text);
  if (tree === undefined) return [];
  const known = result.ok ? [] : result.error.faults;
  const lines = new Lines(text);
  return writerFaults(JSON.parse(text), tree, known, ALL_FAULTS).map(({ span, ...fault }) => ({
    ...fault,
    place: lines.placeOf(span),
  }));
}

function faultsOf(error: MessageError, bytes: Uint8Array): readonly PlacedFault[] {
  const { reason: code } = error;
  if (code === 'too_large') return atBeginning(error);
  if (code === 'not_utf8') return [notUtf8(error, bytes)];
  const text = new TextDecoder().decode(bytes);
  const lines = new Lines(text);
  const at = (pointer: string, span: Span, expected: string, found: string): PlacedFault => ({
    code,
    pointer,
    expected,
    found,
    place: lines.placeOf(span),
  });
  const deep = tooDeepAt(text, MAX_MESSAGE_DEPTH);
  if (deep !== undefined) {
    const expected = `at most ${MAX_MESSAGE_DEPTH} levels of nesting`;
    return [{ ...at('', deep, expected, 'a deeper level'), code: 'too_deep' }];
  }
  if (code === 'not_json') {
    const faults = syntaxFaults(text).map((fault) => at('', fault, fault.expected, fault.found));
    return faults.length > 0 ? faults : atBeginning(error);
  }
  const tree = treeOf(text);
  if (tree === undefined) return atBeginning(error);
  return stated(error).map(({ pointer, expected, found }) =>
    at(pointer, spanOf(tree, pointer), expected, found),
  );
}

interface Stated {
  readonly pointer: string;
  readonly expected: string;
  readonly found: string;
}

/** The faults of an error; where it lists none, what its code says. */
function stated({ code, faults, message, envelope }: MessageError): readonly Stated[] {
  if (faults.length > 0) return faults;
  if (code === 'ERR_UNKNOWN_MESSAGE_TYPE') {
    const expected = 'task_assignment, status_update or task_complete';
    return [{ pointer: '/message_type', expected, found: JSON.stringify(envelope.message_type) }];
  }
  if (code === 'ERR_UNSUPPORTED_VERSION')
    return [
      {
        pointer: '/schema_version',
        expected: 'a version that is read here, such as "1.0"',
        found: 'another',
      },
    ];
  return [{ pointer: '', expected: 'a message', found: message }];
}

function atBeginning(error: MessageError): readonly PlacedFault[] {
  const place = { offset: 0, length: 0, line: 1, column: 1, text: '' };
  return stated(error).map((fault) => ({ ...fault, code: error.reason, place }));
}

/** Up to the first byte that is none of UTF-8 everything can be decoded; halving finds it. */
function notUtf8({ reason: code }: MessageError, bytes: Uint8Array): PlacedFault {
  let good = 0;
  for (let bad = bytes.length; bad - good > 1;) {
    const middle = (good + bad) >> 1;
    if (isUtf8(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  const before = new TextDecoder().decode(bytes.subarray(0, good), { stream: true });
  const text = new TextDecoder().decode(bytes);
  const byte = bytes[good]?.toString(16).padStart(2, '0');
  return {
    code,
    pointer: '',
    expected: 'text in UTF-8',
    found: byte === undefined ? 'half a character' : `the byte 0x${byte}`,
    place: new Lines(text).placeOf({ offset: before.length, length: 1 }),
  };
}

function isUtf8(beginning: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(beginning, { stream: true });
    return true;
  } catch {
    return false;
  }
}
