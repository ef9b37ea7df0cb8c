import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { isDiskFull } from '../file-system-fault.ts';
import type { OperationLog, OperationRecord } from '../operation-log.ts';

/** What a set is written down with, and read from again. */
export type SetLog = Pick<OperationLog, 'newId' | 'savePart' | 'part' | 'save'>;

/**
 * An operation's log for what is to make room: what the disk has no room for waits in memory, and is written as soon as there is
 * some, at the latest with the record's end. So a purge can empty the box that fills the disk.
 *
 * The set is fixed as ever, and nothing in it is known less well; but if we die while a part of it waits, no record says which of
 * that part were removed. A record on disk tells of no more parts than are beside it.
 */
export class WaitingLog implements SetLog {
  readonly #log: SetLog;
  /** The parts that wait, packed: 500 messages take some 10 KB, and a million 20 MB. */
  readonly #waiting = new Map<number, Uint8Array>();
  #isRecorded = false;
  #fault: unknown = null;

  constructor(log: SetLog) {
    this.#log = log;
  }

  /** Why the record is not, or not as it should be, on disk: the last that was tried. Null where it is. */
  get fault(): unknown {
    return this.#fault;
  }

  newId(): string {
    return this.#log.newId();
  }

  async savePart(id: string, part: number, items: readonly unknown[]): Promise<void> {
    // Those on disk are the first of the set, without a gap.
    const hasRoom = this.#waiting.size === 0 && (await this.#fits(() => this.#log.savePart(id, part, items)));
    if (!hasRoom) this.#waiting.set(part, packed(items));
  }

  async part(id: string, part: number): Promise<readonly unknown[]> {
    const waiting = this.#waiting.get(part);
    return waiting === undefined ? await this.#log.part(id, part) : unpacked(waiting);
  }

  /** Writes first the parts that are done, the one in hand and the one after it: what was just removed has made room for them. */
  async save(record: OperationRecord, durability: Parameters<SetLog['save']>[1]): Promise<void> {
    const last = record.endedAt === null ? record.next.part + 1 : record.parts;
    let hasRoom = true;
    for (const [part, bytes] of this.#waiting) {
      if (part > last) break;
      hasRoom = await this.#fits(() => this.#log.savePart(record.id, part, unpacked(bytes)));
      if (!hasRoom) break;
      this.#waiting.delete(part);
    }
    const [parts = record.parts] = this.#waiting.keys();
    if (parts === 0) return;
    const isFirst = !this.#isRecorded;
    const isSaved = await this.#fits(() =>
      this.#log.save({ ...record, parts }, isFirst ? 'full' : durability),
    );
    this.#isRecorded ||= isSaved;
    if (isSaved && hasRoom) this.#fault = null;
  }

  async #fits(write: () => Promise<void>): Promise<boolean> {
    try {
      await write();
      return true;
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#fault = error;
      return false;
    }
  }
}

function packed(items: readonly unknown[]): Uint8Array {
  return deflateRawSync(JSON.stringify(items), { level: 1 });
}

function unpacked(bytes: Uint8Array): readonly unknown[] {
  const items: unknown = JSON.parse(inflateRawSync(bytes).toString('utf8'));
  return Array.isArray(items) ? items : [];
}
