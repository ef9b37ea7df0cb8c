import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { systemErrorCode } from '@tapps-agents/fs-atomic';
import { Breather } from '../../breather.ts';
import { MAX_STORED_FILE_BYTES } from '../../stored-file.ts';
import type { DumpOptions, StoredFile } from '../../stored-file.ts';
import type { Entry } from '../../stored-message.ts';
import { systemWords } from '../../system-words.ts';
import type { DirectoryEntry } from '@tapps-agents/fs-atomic';
import { listDirectory, readIfPresent, statusOf, type Disk } from '../disk.ts';
import { formatReason, parseReady } from '../names.ts';
import { encodeSegment } from '../segment.ts';
import { knownPath } from './known-path.ts';

/** Longest stretch of work between two turns of the event loop, in milliseconds. */
const SLICE_MS = 5;
/** So many rounds in a row must show nothing new. */
const QUIET_ROUNDS = 2;
const MAX_ROUNDS = 12;

/** In the order in which a message moves through them, what it can move back to comes up again in the next round. */
const ROUND = [
  'inbox',
  'outbox',
  'locks/inbox',
  'locks/outbox',
  'dlq',
  'processed',
  'journal',
  'operations',
  'locks/owners',
  'locks/ended',
  'locks/paused',
] as const;

/**
 * Everything that a messages directory has, file by file, each whole. Works beside live agents: a message that moves
 * meanwhile comes at least once, and may come under more than one name. It goes round until nothing new shows twice in a
 * row, and remembers each name by twelve characters, so that none is taken for another, up to 16 million of them.
 */
export async function* dump(disk: Disk, options: DumpOptions): AsyncGenerator<StoredFile> {
  const walk = new Walk(disk, options);
  yield* walk.file('layout.json');
  for (let round = 0, quiet = 0; round < MAX_ROUNDS && quiet < QUIET_ROUNDS; round += 1) {
    walk.isMoving = false;
    for (const directory of ROUND) yield* walk.directory(directory);
    quiet = walk.isMoving ? 0 : quiet + 1;
  }
}

/** What belongs to one message, at its exact name; empty where it has moved on. */
export async function dumpEntry(disk: Disk, entry: Entry): Promise<readonly StoredFile[]> {
  const names = entry.state === 'dead' ? [entry.entryId, formatReason(entry.entryId)] : [entry.entryId];
  const files: StoredFile[] = [];
  for (const name of names) {
    const path = join(disk.layout.root, ...name.split('/'));
    const status = await statusOf(disk, path);
    const bytes = status === null ? null : await readIfPresent(disk, path, MAX_STORED_FILE_BYTES);
    if (status !== null && bytes !== null) files.push({ name, bytes, modified_ms: status.modified_ms });
    else if (name === entry.entryId) return [];
  }
  return files;
}

class Walk {
  isMoving = false;
  readonly #disk: Disk;
  readonly #options: DumpOptions;
  readonly #breather: Breather;
  readonly #agent: string | null;
  readonly #seen = new Set<string>();

  constructor(disk: Disk, options: DumpOptions) {
    this.#disk = disk;
    this.#options = options;
    this.#breather = new Breather(disk.clock, SLICE_MS);
    this.#agent = options.agentId === undefined ? null : encodeSegment(options.agentId, 'agent');
  }

  async *directory(path: string): AsyncGenerator<StoredFile> {
    const isBox = /^(?:inbox|outbox)\/[^/]+$/.test(path);
    if (isBox && this.#isWanted(path.split('/')[1] ?? null) && this.#isNew(`${path}/`))
      yield { name: `${path}/`, bytes: new Uint8Array(), modified_ms: 0 };
    for await (const batch of this.#list(path)) {
      for (const { name, kind } of batch) {
        await this.#breathe();
        if (kind === 'directory') yield* this.directory(`${path}/${name}`);
        else if (kind === 'file') yield* this.file(`${path}/${name}`);
      }
    }
  }

  /** What a directory has. One that cannot be listed keeps nothing else from being carried. */
  async *#list(path: string): AsyncGenerator<readonly DirectoryEntry[]> {
    try {
      yield* listDirectory(this.#disk, this.#pathOf(path), 'empty');
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error;
      const agent = /(?:^|\/)(?:inbox|outbox)\/([^/]+)/.exec(path)?.[1] ?? null;
      if (this.#isWanted(agent) && this.#isNew(`${path}/ unlisted`))
        this.#options.onSkipped?.(`${path}/`, systemWords(error));
    }
  }

  /** Before a dead letter comes its reason, as whoever takes in only a part is to find no letter without one. */
  async *file(name: string): AsyncGenerator<StoredFile> {
    if (name.startsWith('dlq/') && parseReady(name.slice(name.lastIndexOf('/') + 1)) !== null)
      yield* this.#exact(formatReason(name));
    yield* this.#exact(name);
  }

  async *#exact(name: string): AsyncGenerator<StoredFile> {
    const known = knownPath(name);
    if (known === null || !this.#isWanted(known.agent)) {
      if (known === null && !this.#isTemporary(name) && this.#isNew(name))
        this.#options.onSkipped?.(name, 'it has no place in a messages directory');
      return;
    }
    if (!this.#isNew(name)) return;
    this.isMoving = true;
    const path = this.#pathOf(name);
    try {
      const status = await statusOf(this.#disk, path);
      if (status === null) return;
      const bytes = await this.#disk.fileSystem.read(path, MAX_STORED_FILE_BYTES);
      yield { name, bytes, modified_ms: status.modified_ms };
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === 'ENOENT') return; // It has moved on: the next round meets it under its new name.
      if (code === undefined) throw error;
      this.#options.onSkipped?.(name, systemWords(error));
    }
  }

  #isWanted(agent: string | null): boolean {
    return this.#agent === null || agent === null || agent === this.#agent;
  }

  /** Hidden names in boxes are being written. */
  #isTemporary(name: string): boolean {
    return /(?:^|\/)[.~][^/]*$|\.tmp(?:\.json)?$|\.alive$/.test(name);
  }

  #isNew(name: string): boolean {
    // Of 96 bits two are the same once in 10^15 dumps of ten million names; of 48, which fit into a number, in one of six.
    const key = createHash('sha1').update(name).digest().toString('latin1', 0, 12);
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }

  #pathOf(name: string): string {
    return join(this.#disk.layout.root, ...name.split('/'));
  }

  async #breathe(): Promise<void> {
    this.#options.signal?.throwIfAborted();
    await this.#breather.breathe();
  }
}
