/** One message as it was given: its bytes, and where they stood, for errors. */
export interface GivenMessage {
  /** `job.json`, or `job.ndjson, line 3`. */
  readonly where: string;
  /** 1 and up for a line of many; null where the whole input is one message. */
  readonly line: number | null;
  readonly bytes: Uint8Array;
}

const LINE_FEED = 0x0a;

/** What an input is: told by looking at it, or one message a line whatever it looks like. */
export type InputForm = 'told by content' | 'one a line';

/**
 * Takes an input apart: it is one JSON document, or, where its first line is a JSON document by itself and more follow,
 * one a line (NDJSON; empty lines are skipped). Memory stays within about `most_bytes`, however long the input; a
 * longer line comes cut, one byte over the limit, so that whoever parses it refuses it.
 */
export async function* messagesIn(
  input: AsyncIterable<Uint8Array>,
  name: string,
  most_bytes: number,
  form: InputForm = 'told by content',
): AsyncGenerator<GivenMessage> {
  const chunks = input[Symbol.asyncIterator]();
  if (form === 'one a line') {
    yield* lines(new Uint8Array(), chunks, name, most_bytes);
    return;
  }
  let head = new Uint8Array();
  let ended = false;
  while (!ended && head.length <= most_bytes) {
    const next = await chunks.next();
    if (next.done === true) ended = true;
    else head = concatenated(head, next.value);
  }
  if (ended && isBlank(head)) return;
  if (ended && isJson(head)) yield { where: name, line: null, bytes: head };
  else if (isJson(firstLine(head))) yield* lines(head, ended ? undefined : chunks, name, most_bytes);
  else yield { where: name, line: null, bytes: head.subarray(0, most_bytes + 1) };
}

async function* lines(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array> | undefined,
  name: string,
  most_bytes: number,
): AsyncGenerator<GivenMessage> {
  let pending = head;
  let line = 0;
  for (;;) {
    let start = 0;
    for (let end = pending.indexOf(LINE_FEED); end >= 0; end = pending.indexOf(LINE_FEED, start)) {
      line += 1;
      const bytes = pending.subarray(start, Math.min(end, start + most_bytes + 1));
      if (!isBlank(bytes)) yield { where: `${name}, line ${line}`, line, bytes };
      start = end + 1;
    }
    // Of a line that is too long already, the rest is only waited out.
    pending = pending.slice(start, start + most_bytes + 1);
    const next = await rest?.next();
    if (next === undefined || next.done === true) break;
    pending = concatenated(pending, next.value);
  }
  if (!isBlank(pending)) yield { where: `${name}, line ${line + 1}`, line: line + 1, bytes: pending };
}

function firstLine(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => !isWhite(byte));
  const end = bytes.indexOf(LINE_FEED, Math.max(start, 0));
  return bytes.subarray(Math.max(start, 0), end < 0 ? bytes.length : end);
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(bytes));
    return true;
  } catch {
    return false;
  }
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every(isWhite);
}

function isWhite(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function concatenated(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
