import {
  processIdentity,
  proveAlive,
  proveDead,
  publishFile,
  replaceFile,
  systemErrorCode,
  type Durability,
  type ProcessIdentity,
} from '@tapps-agents/fs-atomic';
import { QueueError } from '../errors.ts';
import { isObject } from '../is-object.ts';
import { MOST_RESUMPTIONS } from '../limits.ts';
import type { OperationLog, OperationRecord, PartAbout, Resumption } from '../operation-log.ts';
import { directoryNames, jsonBytes, readIfPresent, writing, type Disk } from './disk.ts';
import { newNonce } from './nonce.ts';
import { formatStamp } from './stamp.ts';
import { encodeSegment } from './segment.ts';

const MAX_RECORD_BYTES = 256 * 1024;
/** A part has at most 500 items, but one may carry a whole message. */
const MAX_PART_BYTES = 32 * 2 ** 20;
const ID = /^\d{8}T\d{6}_\d{3}Z-[0-9a-v]{6}$/;
const FILE = /^(?:record\.json|set~\d{1,6}\.ndjson)$/;

/** Whether this is the name of an operation's directory. */
export function isOperationId(name: string): boolean {
  return ID.test(name);
}

/** Whether this is the name of a file in an operation's directory. */
export function isOperationFile(name: string): boolean {
  return FILE.test(name);
}

/**
 * What operators did, in `operations/<id>/`:
 *
 *     set~<part>.ndjson   the messages of its set, one JSON document a line; written before anything is done
 *     record.json         who, what, when, and how far; written when the set is complete, and replaced as it goes on
 *
 * A directory without a record is an operation that was never begun.
 */
export class FileOperationLog implements OperationLog {
  readonly #disk: Disk;
  #process: ProcessIdentity | undefined;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  newId(): string {
    return `${formatStamp(this.#disk.clock.now())}-${newNonce()}`;
  }

  async savePart(id: string, part: number, items: readonly unknown[]): Promise<void> {
    const text = items.map((item) => `${JSON.stringify(item)}\n`).join('');
    const path = this.#disk.layout.operationPart(checkId(id), part);
    await publishFile(path, new TextEncoder().encode(text), writing(this.#disk, 'full'));
  }

  async part(id: string, part: number): Promise<readonly unknown[]> {
    return (await this.#items(id, part, () => true)).found.map(({ item }) => item);
  }

  /** Lines are compared before they are read: most sets are about others. */
  async partAbout(id: string, part: number, messageId: string): Promise<PartAbout> {
    const quoted = JSON.stringify(messageId);
    const segment = encodeSegment(messageId, 'message');
    return await this.#items(id, part, (text) => text.includes(quoted) || text.includes(segment));
  }

  async #items(id: string, part: number, isWanted: (text: string) => boolean): Promise<PartAbout> {
    const path = this.#disk.layout.operationPart(checkId(id), part);
    const text = await this.#read(path, MAX_PART_BYTES);
    try {
      if (text !== null) {
        const lines = text.split('\n').filter((line) => line !== '');
        const found = lines.flatMap((line, index) => (isWanted(line) ? [{ index, item: parsed(line) }] : []));
        return { length: lines.length, found };
      }
    } catch {
      // Said below.
    }
    throw new QueueError(
      'ERR_NOT_FOUND',
      `Part ${part} of operation ${id} is missing or damaged. Begin a new one for what is left.`,
      { path },
    );
  }

  async save(record: OperationRecord, durability: Durability): Promise<void> {
    const {
      id,
      startedAt,
      endedAt,
      atWork = false,
      next,
      resumptions,
      forgottenResumptions,
      ...rest
    } = record;
    const document = {
      operation: id,
      started_at: startedAt,
      ended_at: endedAt,
      ...rest,
      next: { part: next.part, index: next.index, exact: next.isExact === true },
      process: atWork ? this.#thisProcess() : null,
      ...(resumptions !== undefined && {
        resumed: resumptions.map(({ isExact, ...resumption }) => ({ ...resumption, exact: isExact })),
        resumed_before: forgottenResumptions ?? 0,
      }),
    };
    const path = this.#disk.layout.operationRecord(checkId(id));
    await replaceFile(path, jsonBytes(document), writing(this.#disk, durability));
  }

  async read(id: string): Promise<OperationRecord | undefined> {
    if (!isOperationId(id)) return undefined;
    const text = await this.#read(this.#disk.layout.operationRecord(id), MAX_RECORD_BYTES);
    try {
      return text === null ? undefined : recordFrom(id, parsed(text), this.#thisProcess());
    } catch {
      return undefined;
    }
  }

  async *list(): AsyncGenerator<OperationRecord> {
    const names = await directoryNames(this.#disk, this.#disk.layout.operations);
    for (const id of names.filter(isOperationId).toReversed()) {
      const record = await this.read(id);
      if (record !== undefined) yield record;
    }
  }

  #thisProcess(): ProcessIdentity {
    return (this.#process ??= processIdentity());
  }

  /** Null where there is no such file, or it is none that could have been written here. */
  async #read(path: string, maxBytes: number): Promise<string | null> {
    try {
      const bytes = await readIfPresent(this.#disk, path, maxBytes);
      return bytes === null ? null : new TextDecoder().decode(bytes);
    } catch (error) {
      if (['EFBIG', 'EINVAL', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return null;
      throw error;
    }
  }
}

function checkId(id: string): string {
  if (isOperationId(id)) return id;
  throw new QueueError('ERR_NOT_FOUND', `There is no operation ${JSON.stringify(id.slice(0, 80))}.`);
}

function parsed(text: string): unknown {
  return JSON.parse(text);
}

/** What a record says, as far as it says it; undefined where it is none. Anybody may have written the file. */
function recordFrom(id: string, value: unknown, thisProcess: ProcessIdentity): OperationRecord | undefined {
  if (!isObject(value)) return undefined;
  const { kind, by, started_at, ended_at, asked, total, parts, next, tally, process, resumed } = value;
  const before = value['resumed_before'];
  const atWork = isAtWork(process, thisProcess);
  if (kind !== 'replay' && kind !== 'purge') return undefined;
  if (!isCount(total) || !isCount(parts) || !isObject(next) || !isObject(tally)) return undefined;
  if (!isCount(next['part']) || !isCount(next['index'])) return undefined;
  return {
    id,
    kind,
    by: typeof by === 'string' ? by : '',
    startedAt: typeof started_at === 'string' ? started_at : '',
    endedAt: typeof ended_at === 'string' ? ended_at : null,
    asked: isObject(asked) ? asked : {},
    total,
    parts,
    next: { part: next['part'], index: next['index'], ...(next['exact'] === true && { isExact: true }) },
    tally: Object.fromEntries(
      Object.entries(tally).filter((entry): entry is [string, number] => isCount(entry[1])),
    ),
    ...(atWork === undefined ? {} : { atWork }),
    ...(Array.isArray(resumed) && { resumptions: resumed.slice(-MOST_RESUMPTIONS).flatMap(resumptionFrom) }),
    ...(isCount(before) && before > 0 && { forgottenResumptions: before }),
  };
}

function resumptionFrom(value: unknown): readonly Resumption[] {
  if (!isObject(value)) return [];
  const { by, at, done, exact } = value;
  if (typeof by !== 'string' || typeof at !== 'string' || !isCount(done)) return [];
  return [{ by, at, done, isExact: exact === true }];
}

/** Undefined where nobody can tell: it runs elsewhere, the system proves nothing, or the record is of an earlier version. */
function isAtWork(process: unknown, thisProcess: ProcessIdentity): boolean | undefined {
  if (process === null) return false;
  if (!isObject(process)) return undefined;
  const text = (name: string): string | null => {
    const value = process[name];
    return typeof value === 'string' ? value : null;
  };
  const recorded = {
    pid: typeof process['pid'] === 'number' ? process['pid'] : null,
    host: text('host') ?? '',
    boot_id: text('boot_id'),
    pid_namespace: text('pid_namespace'),
    process_started: text('process_started'),
  };
  if (proveAlive(recorded, thisProcess)) return true;
  return proveDead(recorded, thisProcess) ? false : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 1e9;
}
