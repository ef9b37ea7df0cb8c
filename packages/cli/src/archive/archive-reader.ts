import { open } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { StoredFile } from '@tapps-agents/queue';
import type { ArchiveSource } from './archive-source.ts';
import { ARCHIVE_FOLDER } from './archive-writer.ts';
import { CliError } from '../cli-error.ts';
import { LineSplitter } from '../line-splitter.ts';

/** Something in an archive that is not taken: a link, a device, or more than any file of a queue has. */
export interface Refused {
  readonly name: string;
  readonly refused: string;
}

/** Base64 and escapes make a line longer than its content: at most so many times. */
const MOST_ESCAPING = 6;
/** Of a longer name, nobody can want a file. */
const MAX_NAME_CHARACTERS = 1_024;

/**
 * Reads an archive from its beginning, file by file. What stands in it is anybody's: names are handed on as they are, and
 * whoever writes them has to look at them first. Links and whatever else is no file are refused. Where the signal aborts, it ends at
 * once, also in the middle of a file.
 *
 * @throws CliError `ERR_ARCHIVE_DAMAGED`, or the signal's reason
 */
export async function* readArchive(
  { name, path, kind, gzip }: ArchiveSource,
  signal: AbortSignal,
): AsyncGenerator<StoredFile | Refused> {
  const { MAX_STORED_FILE_BYTES: most } = await import('@tapps-agents/queue');
  const handle = await open(path, 'r');
  const source = handle.createReadStream({ start: 0 });
  const bytes: Readable = gzip ? source.pipe(createGunzip()) : source;
  source.once('error', (error) => bytes.destroy(error));
  // A short file is at its end before whoever iterates is there to hear of it; the error waits for them, and must not end the process.
  bytes.on('error', () => undefined);
  addAbortSignal(signal, bytes);
  try {
    yield* kind === 'tar' ? tarEntries(bytes, most) : lines(bytes, most);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof CliError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError('ERR_ARCHIVE_DAMAGED', `${name} cannot be read to its end: ${why}`, {
      cause,
      next: 'copy it anew from where it was exported',
    });
  } finally {
    bytes.destroy();
    source.destroy();
    // Awaited: on Windows a file that is still open can be neither removed nor moved by who comes next.
    await handle.close();
  }
}

async function* tarEntries(bytes: Readable, most: number): AsyncGenerator<StoredFile | Refused> {
  const { createTarDecoder } = await import('modern-tar');
  const decoder = createTarDecoder({ strict: true });
  const fed = pump(bytes, decoder.writable);
  const reader = decoder.readable.getReader();
  for (;;) {
    const { done, value: entry } = await reader.read();
    if (done) break;
    const { name, type = 'file', size, mtime } = entry.header;
    const shown = name.slice(0, MAX_NAME_CHARACTERS);
    const isTooLarge = size > most || name.length > MAX_NAME_CHARACTERS;
    if ((type !== 'file' && type !== 'directory') || isTooLarge) {
      await drain(entry.body);
      yield { name: shown, refused: isTooLarge ? 'it is too large' : `it is a ${type}` };
    } else {
      const content = await collect(entry.body, size);
      const below = nameBelow(name, type === 'directory');
      if (below !== '') yield { name: below, bytes: content, modified_ms: mtime?.getTime() ?? 0 };
    }
  }
  await fed;
}

/** A ReadableStream of the web does not tell of errors of the stream that it is fed from, so it is fed by hand. */
async function pump(bytes: Readable, writable: WritableStream<Uint8Array>): Promise<void> {
  const writer = writable.getWriter();
  try {
    for await (const chunk of bytes) if (chunk instanceof Uint8Array) await writer.write(chunk);
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
  }
}

/** Archives are also made by hand: `tar cf queue.tar messages` in the folder above, or within it. */
function nameBelow(name: string, isDirectory: boolean): string {
  const plain = name.replace(/^(?:\.\/)+/, '');
  const below = plain.startsWith(ARCHIVE_FOLDER) ? plain.slice(ARCHIVE_FOLDER.length) : plain;
  return isDirectory && below !== '' && !below.endsWith('/') ? `${below}/` : below;
}

async function collect(body: ReadableStream<Uint8Array>, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const reader = body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes.set(value, at);
    at += value.byteLength;
  }
  if (at !== size) throw new Error('it ends in the middle of a file');
  return bytes;
}

async function drain(body: ReadableStream<Uint8Array>): Promise<void> {
  for (const reader = body.getReader(); ;) if ((await reader.read()).done) return;
}

async function* lines(bytes: Readable, most: number): AsyncGenerator<StoredFile | Refused> {
  const splitter = new LineSplitter();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of bytes) {
    if (!(chunk instanceof Uint8Array)) continue;
    for (const line of splitter.add(decoder.decode(chunk, { stream: true })))
      if (line.trim() !== '') yield fileIn(line, most);
    if (splitter.length > MOST_ESCAPING * most) throw new Error('a line is too long');
  }
  if (splitter.rest().trim() !== '') throw new Error('its last line is cut off');
}

function fileIn(line: string, most: number): StoredFile | Refused {
  const value: unknown = JSON.parse(line);
  if (typeof value !== 'object' || value === null) throw new Error('a line is no file');
  const fields: Record<string, unknown> = { ...value };
  const { path, modified_at, text, base64 } = fields;
  if (typeof path !== 'string' || (typeof text !== 'string' && typeof base64 !== 'string'))
    throw new Error('a line is no file');
  if (path.length > MAX_NAME_CHARACTERS)
    return { name: path.slice(0, MAX_NAME_CHARACTERS), refused: 'it is too large' };
  const bytes =
    typeof text === 'string' ? new TextEncoder().encode(text) : Buffer.from(String(base64), 'base64');
  if (bytes.byteLength > most) return { name: path, refused: 'it is too large' };
  const modified_ms = typeof modified_at === 'string' ? Date.parse(modified_at) : Number.NaN;
  return { name: path, bytes, modified_ms: Number.isNaN(modified_ms) ? 0 : modified_ms };
}
