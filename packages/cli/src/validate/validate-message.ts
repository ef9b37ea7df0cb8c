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
  /** Empty: it is valid. In the order of the text; all of them, or as many as were asked for. */
  readonly faults: readonly PlacedFault[];
  /** What readers let pass and a writer must not write, in the order of the text; empty where those count as faults. */
  readonly warnings: readonly PlacedFault[];
  /** About how many more there are of both: a writer’s rules also miss fields that have defaults, which are no warnings. */
  readonly omitted: number;
}

/** No message has more: a fault is about at least one byte, or about one of a few fields that are missing. */
export const ALL_FAULTS = 2 * MAX_MESSAGE_BYTES;

/** How messages are looked at. */
export interface ValidateOptions {
  /** Whether it has to be one that a writer may write, too. Default false. */
  readonly strict?: boolean;
  /** At most so many faults of a kind are placed, the first that are found, and the others counted. Default: all. */
  readonly most?: number;
}

/** Whether bytes are a message that any reader accepts; if not, what is wrong, each where it stands. */
export function validateMessage(
  bytes: Uint8Array,
  { strict = false, most = ALL_FAULTS }: ValidateOptions = {},
): Validation {
  const result = tryParseMessage(bytes, { maxFaults: most });
  const { message_type, message_id } = result.ok ? result.message : result.error.envelope;
  const { faults, omitted } = result.ok ? NO_FAULTS : faultsOf(result.error, bytes, most);
  const isMessage = result.ok || result.error.code === 'ERR_INVALID_MESSAGE';
  const written = isMessage ? writersOf(result, bytes, most) : NO_FAULTS;
  const warnings = written.faults;
  return {
    messageType: message_type,
    messageId: message_id,
    faults: inOrder(strict ? [...faults, ...warnings] : faults),
    warnings: strict ? [] : inOrder(warnings),
    omitted: omitted + written.omitted,
  };
}

/** Faults where they stand, and how many there are beyond them. */
interface PlacedFaults {
  readonly faults: readonly PlacedFault[];
  readonly omitted: number;
}

const NO_FAULTS: PlacedFaults = { faults: [], omitted: 0 };

function inOrder(faults: readonly PlacedFault[]): readonly PlacedFault[] {
  return faults.toSorted((a, b) => a.place.offset - b.place.offset);
}

/** What a writer must not write, of a message that is JSON and of a version and type that are known. */
function writersOf(result: ParseResult<unknown>, bytes: Uint8Array, most: number): PlacedFaults {
  const text = new TextDecoder().decode(bytes);
  const tree = treeOf(text);
  if (tree === undefined) return NO_FAULTS;
  const [known, counted] = result.ok ? [[], 0] : [result.error.faults, result.error.faultsOmitted];
  const lines = new Lines(text);
  const { faults, omitted } = writerFaults(JSON.parse(text), tree, known, most);
  return {
    faults: faults.map(({ span, ...fault }) => ({ ...fault, place: lines.placeOf(span) })),
    // What readers object to, writers do too: it was counted.
    omitted: Math.max(0, omitted - counted),
  };
}

function faultsOf(error: MessageError, bytes: Uint8Array, most: number): PlacedFaults {
  const { reason: code, faultsOmitted } = error;
  if (code === 'too_large') return only(atBeginning(error));
  if (code === 'not_utf8') return only([notUtf8(error, bytes)]);
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
    return only([{ ...at('', deep, expected, 'a deeper level'), code: 'too_deep' }]);
  }
  if (code === 'not_json') {
    const { faults, omitted } = syntaxFaults(text, most);
    if (faults.length === 0) return only(atBeginning(error));
    return { faults: faults.map((fault) => at('', fault, fault.expected, fault.found)), omitted };
  }
  const tree = treeOf(text);
  if (tree === undefined) return only(atBeginning(error));
  const faults = stated(error).map(({ pointer, expected, found }) =>
    at(pointer, spanOf(tree, pointer), expected, found),
  );
  return { faults, omitted: faultsOmitted };
}

function only(faults: readonly PlacedFault[]): PlacedFaults {
  return { faults, omitted: 0 };
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
