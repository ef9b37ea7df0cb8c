import { Readable } from 'node:stream';
import type { StoredFile } from '@tapps-agents/queue';
import { formatOf, writeNewFile } from './archive-file.ts';
import type { Io, TextSink } from '../io.ts';
import { terminalSafeJson } from '../render/safe-text.ts';

/** The folder that everything in a tar archive lies in. */
export const ARCHIVE_FOLDER = 'messages/';

/** Something that files of a queue are written into, one after the other, in constant memory. */
export interface ArchiveWriter {
  add(file: StoredFile): Promise<void>;
  /** Everything is in it: from now on it has its name. */
  finish(): Promise<void>;
  /** Nothing comes of it. */
  abandon(): Promise<void>;
}

/** Begins an archive, in the format that the ending of its name asks for. @throws CliError `ERR_USAGE`, `ERR_FILE_EXISTS` */
export async function openArchive(file: string, io: Pick<Io, 'cwd'>): Promise<ArchiveWriter> {
  const format = formatOf(file);
  return format.kind === 'tar' ? await tarWriter(file, io) : await ndjsonWriter(file, io);
}

/** Writes an archive of lines to standard output. */
export function linesTo(sink: TextSink): ArchiveWriter {
  return {
    async add(file) {
      sink.write(lineOf(file));
      await sink.drained();
    },
    finish: () => Promise.resolve(),
    abandon: () => Promise.resolve(),
  };
}

async function tarWriter(file: string, io: Pick<Io, 'cwd'>): Promise<ArchiveWriter> {
  const { createTarPacker } = await import('modern-tar');
  const { readable, controller } = createTarPacker();
  const making = await writeNewFile(file, Readable.fromWeb(readable), formatOf(file), io);
  const add = async ({ name, bytes, modified_ms }: StoredFile): Promise<void> => {
    const isDirectory = name.endsWith('/');
    const body = controller.add({
      name: ARCHIVE_FOLDER + name,
      size: bytes.byteLength,
      mtime: new Date(modified_ms),
      mode: isDirectory ? 0o700 : 0o600,
      type: isDirectory ? 'directory' : 'file',
    });
    const writer = body.getWriter();
    if (bytes.byteLength > 0) await writer.write(bytes);
    await writer.close();
  };
  return {
    // Where the disk is full, nobody takes what is written any more, or the packer refuses it.
    add: (one) => making.orFailed(add(one)),
    async finish() {
      await making.orFailed(Promise.resolve().then(() => controller.finalize()));
      await making.finish();
    },
    async abandon() {
      await making.abandon();
    },
  };
}

async function ndjsonWriter(file: string, io: Pick<Io, 'cwd'>): Promise<ArchiveWriter> {
  const lines = new Readable({ read: () => undefined, highWaterMark: 2 ** 20 });
  const making = await writeNewFile(file, lines, formatOf(file), io);
  let taken: (() => void) | undefined;
  lines._read = () => taken?.();
  return {
    async add(one) {
      const room = new Promise<void>((resolve) => (taken = resolve));
      if (!lines.push(lineOf(one))) await making.orFailed(room);
    },
    async finish() {
      lines.push(null);
      await making.finish();
    },
    async abandon() {
      await making.abandon();
    },
  };
}

/** A file as a line, also for a terminal: its bytes as text where they are UTF-8, else in base64. */
function lineOf({ name, bytes, modified_ms }: StoredFile): string {
  const modified_at = new Date(modified_ms).toISOString();
  return `${terminalSafeJson({ path: name, modified_at, ...contentOf(bytes) })}\n`;
}

function contentOf(bytes: Uint8Array): { readonly text: string } | { readonly base64: string } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') };
  }
}
