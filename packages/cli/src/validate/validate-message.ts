import { MAX_FAULTS, MAX_MESSAGE_DEPTH, tryParseMessage } from '@tapps-agents/contracts';
import type { MessageError, ReasonCode } from '@tapps-agents/contracts';
import { Lines } from './place.ts';
import type { Place, Span } from './place.ts';
import { spanOf } from './pointer-span.ts';
import { syntaxFaults, tooDeepAt, treeOf } from './syntax.ts';

/** Something that is wrong with a message, and where. */
export interface PlacedFault {
  /** What a dead letter of this message would have as its code. */
  readonly code: ReasonCode;
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
  /** Empty: it is valid. In the order of the text. */
  readonly faults: readonly PlacedFault[];
  /** How many more there were. */
  readonly faultsOmitted: number;
}

/** Whether bytes are a message that any reader accepts; if not, all that is wrong, each where it stands. Throws for no bytes. */
export function validateMessage(bytes: Uint8Array): Validation {
  const result = tryParseMessage(bytes);
  if (result.ok) {
    const { message_type, message_id } = result.message;
    return { messageType: message_type, messageId: message_id, faults: [], faultsOmitted: 0 };
  }
  const { error } = result;
  const faults = faultsOf(error, bytes).toSorted((a, b) => a.place.offset - b.place.offset);
  return {
    messageType: error.envelope.message_type,
    messageId: error.envelope.message_id,
    faults: faults.slice(0, MAX_FAULTS),
    faultsOmitted: error.faultsOmitted + Math.max(0, faults.length - MAX_FAULTS),
  };
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
