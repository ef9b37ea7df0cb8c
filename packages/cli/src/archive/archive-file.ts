import { randomBytes } from 'node:crypto';
import { access, link, open, rename, rm, unlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { CliError } from '../cli-error.ts';
import type { Io } from '../io.ts';
import { flushName } from './flush-name.ts';

/** What an archive is written in, by the ending of its name. */
export interface ArchiveFormat {
  readonly kind: 'tar' | 'ndjson';
  readonly gzip: boolean;
}

/** The format that a file's name asks for. @throws CliError `ERR_USAGE` for other endings */
export function formatOf(file: string): ArchiveFormat {
  const match = /\.(tar|tgz|ndjson)(\.gz)?$/i.exec(file);
  const ending = match?.[1]?.toLowerCase();
  if (ending === undefined || (ending === 'tgz' && match?.[2] !== undefined)) {
    throw new CliError(
      'ERR_USAGE',
      `${JSON.stringify(file)} must end in .tar, .tar.gz, .tgz, .ndjson or .ndjson.gz, which says what it is.`,
    );
  }
  return { kind: ending === 'ndjson' ? 'ndjson' : 'tar', gzip: ending === 'tgz' || match?.[2] !== undefined };
}

/** A file while it is written: under its own name only once it is whole and on the disk. */
export interface FileInTheMaking {
  /** Waits for something, and no longer than until the file cannot be written, with which it then rejects. */
  orFailed<T>(waited: Promise<T>): Promise<T>;
  /** Gives it its name; then both are on the disk, as far as the file system can be asked for that. */
  finish(): Promise<void>;
  /** Removes what was written. */
  abandon(): Promise<void>;
}

/** Messages may say anything: the file is its owner's alone. */
const MODE = 0o600;

/**
 * Begins a file of this content. Whoever finds it under its name finds all of it; nothing is ever overwritten.
 *
 * @throws CliError `ERR_FILE_EXISTS`, or what the system says, under its code, such as `ENOSPC`
 */
export async function writeNewFile(
  file: string,
  content: Readable,
  { gzip }: ArchiveFormat,
  io: Pick<Io, 'cwd'>,
): Promise<FileInTheMaking> {
  const path = resolve(io.cwd, file);
  if (await exists(path)) throw alreadyThere(file);
  const part = `${path}.${randomBytes(4).toString('hex')}.part`;
  // The stream that is cut off by this failure ends with one of its own ("aborted"), which says nothing, and may be first.
  let failure: NodeJS.ErrnoException | undefined;
  const orCause = (error: unknown): never => {
    throw failure === undefined ? error : cannotWrite(file, failure);
  };
  const handle = await open(part, 'wx', MODE).catch((error: unknown) => {
    throw cannotWrite(file, error);
  });
  const written = pipeline(content, gzip ? createGzip() : new PassThrough(), async (chunks) => {
    for await (const chunk of chunks) {
      if (!(chunk instanceof Uint8Array)) continue;
      await handle.appendFile(chunk).catch((error: unknown) => {
        failure = error instanceof Error ? error : undefined;
        throw error;
      });
    }
  });
  const failing = new Failing(written);
  const close = async (): Promise<void> => handle.close().catch(() => undefined);
  return {
    orFailed: (waited) => failing.orFailed(waited).catch(orCause),
    async finish() {
      const orCannotWrite = (error: unknown): never => {
        throw cannotWrite(file, error);
      };
      await written.catch(orCause);
      await handle.sync().catch(orCannotWrite);
      await close();
      await giveName(part, path, file);
      await flushName(path).catch(async (error: unknown) => {
        await rm(path, { force: true }).catch(() => undefined); // It would be taken for one that is there to stay.
        orCannotWrite(error);
      });
    },
    async abandon() {
      content.destroy();
      await written.catch(() => undefined);
      await close();
      await rm(part, { force: true });
    },
  };
}

/**
 * Waits for one thing after the other, and at the same time for the failure of something that lasts: a race with that would be
 * remembered by it to its end, one for each.
 */
class Failing {
  #failure: { readonly error: unknown } | null = null;
  #reject: ((error: unknown) => void) | null = null;

  constructor(lasting: Promise<void>) {
    lasting.catch((error: unknown) => {
      this.#failure = { error };
      this.#reject?.(error);
    });
  }

  async orFailed<T>(waited: Promise<T>): Promise<T> {
    try {
      return await new Promise<T>((settle, reject) => {
        this.#reject = reject;
        waited.then(settle, reject);
        if (this.#failure !== null) reject(this.#failure.error);
      });
    } finally {
      this.#reject = null;
    }
  }
}

/** A link never replaces what has the name: link(2), EEXIST. Where there are none (exFAT), a look and a rename must do. */
async function giveName(part: string, path: string, shown: string): Promise<void> {
  try {
    await link(part, path);
    await unlink(part);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST' || (await exists(path))) throw alreadyThere(shown);
    await rename(part, path);
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** What the system says, of the file that was asked for instead of the one that it is made under. */
function cannotWrite(file: string, error: unknown): Error {
  if (!(error instanceof Error) || !('code' in error))
    return new Error(`Cannot write ${file}.`, { cause: error });
  const said = error.message.replace(/, open '.*'$/s, '');
  const told = new Error(`Cannot write ${file}: ${said}.`, { cause: error });
  return Object.assign(told, { code: error.code });
}

function alreadyThere(file: string): CliError {
  return new CliError('ERR_FILE_EXISTS', `${file} is there already; nothing was written.`, {
    next: 'give it another name, or remove it first',
  });
}
