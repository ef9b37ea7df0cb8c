import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createGunzip } from 'node:zlib';
import { formatOf } from './archive-file.ts';
import type { ArchiveFormat } from './archive-file.ts';
import { CliError } from '../cli-error.ts';
import type { Io } from '../io.ts';
import { orAborted } from '../or-aborted.ts';
import { STANDARD_INPUT } from '../standard-input.ts';

/** An archive that can be read from its beginning as often as is needed. */
export interface ArchiveSource extends AsyncDisposable {
  /** What to call it. */
  readonly name: string;
  readonly path: string;
  readonly kind: ArchiveFormat['kind'];
  readonly gzip: boolean;
}

/**
 * Opens an archive: a file, whose name says what it is in, or standard input, whose beginning does. Standard input is kept in a
 * temporary file that nobody else can read until the source is disposed of, as an archive is read twice.
 *
 * @throws CliError `ERR_USAGE`, `ERR_INPUT_UNREADABLE`
 */
export async function openArchiveSource(
  file: string,
  io: Pick<Io, 'cwd' | 'stdin' | 'interrupts'>,
): Promise<ArchiveSource> {
  if (file === STANDARD_INPUT) return await standardInput(io);
  const { kind } = formatOf(file);
  const path = resolve(io.cwd, file);
  const gzip = isGzip(await beginning(path, file));
  return { name: file, path, kind, gzip, [Symbol.asyncDispose]: () => Promise.resolve() };
}

async function standardInput({
  stdin,
  interrupts,
}: Pick<Io, 'stdin' | 'interrupts'>): Promise<ArchiveSource> {
  const name = 'standard input';
  const directory = await mkdtemp(join(tmpdir(), 'tapps-mq-import-'));
  const dispose = (): Promise<void> => rm(directory, { recursive: true, force: true });
  const path = join(directory, 'archive');
  try {
    await keep(stdin, path, interrupts.first);
    const bytes = await beginning(path, name);
    if (bytes.length === 0) {
      throw new CliError('ERR_INPUT_UNREADABLE', 'There is nothing on standard input.', {
        next: 'tapps-mq export - | tapps-mq --root ELSEWHERE import -',
      });
    }
    const gzip = isGzip(bytes);
    const kind = (await firstByte(path, gzip)) === '{'.charCodeAt(0) ? 'ndjson' : 'tar';
    return { name, path, kind, gzip, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function keep(stdin: AsyncIterable<Uint8Array>, path: string, signal: AbortSignal): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    const chunks = stdin[Symbol.asyncIterator]();
    for (;;) {
      const { done, value } = await orAborted(chunks.next(), signal, () => new Error('Interrupted.'));
      if (done === true) return;
      await handle.appendFile(value);
    }
  } finally {
    await handle.close();
  }
}

/** The first two bytes. */
async function beginning(path: string, shown: string): Promise<Uint8Array> {
  try {
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(2), 0, 2, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new CliError('ERR_INPUT_UNREADABLE', `${shown} cannot be read (${code}).`, {
      cause,
      next: 'check the path',
    });
  }
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** What the content begins with; undefined where it is empty, or damaged, which whoever reads it all will tell. */
async function firstByte(path: string, gzip: boolean): Promise<number | undefined> {
  const handle = await open(path, 'r');
  const source = handle.createReadStream({ start: 0, autoClose: false });
  const bytes = gzip ? source.pipe(createGunzip()) : source;
  try {
    for await (const chunk of bytes) if (chunk instanceof Uint8Array && chunk.length > 0) return chunk[0];
  } catch {
    return undefined;
  } finally {
    bytes.destroy();
    source.destroy();
    await handle.close(); // On Windows an open file cannot be removed.
  }
  return undefined;
}
