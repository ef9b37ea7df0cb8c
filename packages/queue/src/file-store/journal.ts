import { join } from 'node:path';
import {
  MAX_DEAD_LETTER_REASON_BYTES,
  MessageError,
  parseDeadLetterReason,
  parseFailure,
  type DeadLetterReason,
  type Failure,
} from '@tapps-agents/contracts';
import { moveFile, publishFile, systemErrorCode, type Durability } from '@tapps-agents/fs-atomic';
import { QueueError } from '../errors.ts';
import { parseHandBack } from '../hand-back.ts';
import type { HandBack, Journal } from '../message-journal.ts';
import type { Box } from '../stored-message.ts';
import {
  BRIEFLY_MS,
  jsonBytes,
  listDirectory,
  readIfPresent,
  removeIfPresent,
  statusOf,
  writing,
  type Disk,
} from './disk.ts';
import { newNonce } from './nonce.ts';
import { encodeSegment } from './segment.ts';

/** At most this many failures, and so many deliveries handed back, of one message are kept; the oldest go first. */
export const MAX_FAILURES = 100;
/** The most bytes that the result of one step may have. */
export const MAX_RESULT_BYTES = 1_048_576;
/** Its texts are cut, but each control character takes six bytes. */
const MAX_FAILURE_BYTES = 256 * 1024;

/** What the records of a message's deliveries have in common. */
interface Dated {
  readonly at: string;
}

/**
 * What is remembered of a message from delivery to delivery, in `journal/<box>/<agent>/<message id>/`:
 *
 *     failure~d<delivery>~<nonce>.json   one failed delivery
 *     released~d<delivery>~<nonce>.json  one delivery that was handed back without blame
 *     once~<step>.json                   the result of a step that need not be done again
 *     replayed~<nonce>.json              the reason it had died of when it was brought back
 *     superseded~<nonce>.json            the message itself, in whose place another was published
 */
export class FileJournal implements Journal {
  readonly #disk: Disk;
  readonly #directory: string;

  private constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  static of(disk: Disk, box: Box, messageId: string): FileJournal {
    return new FileJournal(disk, disk.layout.journal(box, messageId));
  }

  /** For a message whose id is only known in its encoded form. */
  static bySegment(disk: Disk, box: Box, segment: string): FileJournal {
    return new FileJournal(disk, join(disk.layout.journalsOf(box), segment));
  }

  async recordFailure(failure: Failure, durability: Durability = 'none'): Promise<void> {
    const path = join(this.#directory, `failure~d${failure.delivery}~${newNonce()}.json`);
    await publishFile(path, jsonBytes(failure), writing(this.#disk, durability));
    await this.#keepNewest('failure~', parseFailure);
  }

  async failures(): Promise<readonly Failure[]> {
    return await this.#records('failure~', parseFailure);
  }

  async recordHandBack(handBack: HandBack): Promise<void> {
    const path = join(this.#directory, `released~d${handBack.delivery}~${newNonce()}.json`);
    await publishFile(path, jsonBytes(handBack), writing(this.#disk, 'none'));
    await this.#keepNewest('released~', parseHandBack);
  }

  async handBacks(): Promise<readonly HandBack[]> {
    return await this.#records('released~', parseHandBack);
  }

  async replays(): Promise<number> {
    return (await this.#names('replayed~')).length;
  }

  async superseded(): Promise<readonly string[]> {
    return (await this.#names('superseded~')).slice(-MAX_FAILURES).map((name) => join(this.#directory, name));
  }

  async deaths(): Promise<readonly DeadLetterReason[]> {
    const deaths: DeadLetterReason[] = [];
    for (const name of (await this.#names('replayed~')).slice(-MAX_FAILURES)) {
      const reason = await this.#read(name, MAX_DEAD_LETTER_REASON_BYTES, parseDeadLetterReason);
      if (reason !== null) deaths.push(reason);
    }
    return deaths.toSorted((a, b) => Date.parse(a.quarantined_at) - Date.parse(b.quarantined_at));
  }

  /** Takes in the reason of a message that was brought back; one that is not there cannot be kept. */
  async keepReason(reasonPath: string, nonce = newNonce()): Promise<void> {
    await moveFile(reasonPath, join(this.#directory, replayedFile(nonce)), writing(this.#disk, 'none'));
  }

  /** Takes in a message in whose place another was published; false when it is no longer there. */
  async keepMessage(path: string, nonce = newNonce()): Promise<boolean> {
    return await moveFile(path, join(this.#directory, supersededFile(nonce)), writing(this.#disk, 'full'));
  }

  /** Whether a reason, or a message, was taken in under this nonce: then when, as the file system tells. Null where none was. */
  async kept(nonce: string): Promise<{ readonly at_ms: number | null } | null> {
    for (const name of [replayedFile(nonce), supersededFile(nonce)]) {
      const status = await statusOf(this.#disk, join(this.#directory, name));
      if (status !== null) return { at_ms: status.changed_ms ?? null };
    }
    return null;
  }

  async result(step: string): Promise<{ readonly value: unknown } | undefined> {
    const record = await this.#read(stepFile(step), MAX_RESULT_BYTES + 4_096, jsonIn);
    if (typeof record !== 'object' || record === null || !('step' in record) || record.step !== step)
      return undefined;
    return { value: 'value' in record ? record.value : undefined };
  }

  async recordResult(step: string, value: unknown): Promise<void> {
    const recorded_at = new Date(this.#disk.clock.now()).toISOString();
    const bytes = recordBytes(step, { step, recorded_at, value });
    if (bytes.byteLength > MAX_RESULT_BYTES) {
      throw new QueueError(
        'ERR_INVALID_OPTION',
        `The result of step ${JSON.stringify(step)} has ${bytes.byteLength} bytes; at most ${MAX_RESULT_BYTES} are remembered. Return a reference to it instead, such as a path.`,
      );
    }
    await publishFile(join(this.#directory, stepFile(step)), bytes, writing(this.#disk, 'full'));
  }

  async #records<T extends Dated>(prefix: string, parse: (bytes: Uint8Array) => T): Promise<readonly T[]> {
    const recorded = await this.#recorded(prefix, parse);
    return recorded.flatMap(({ record }) => record ?? []).slice(-MAX_FAILURES);
  }

  async #keepNewest(prefix: string, parse: (bytes: Uint8Array) => Dated): Promise<void> {
    if ((await this.#names(prefix)).length <= MAX_FAILURES) return;
    for (const { name } of (await this.#recorded(prefix, parse)).slice(0, -MAX_FAILURES))
      await removeIfPresent(this.#disk, join(this.#directory, name), { busy_ms: BRIEFLY_MS });
  }

  /** The records by time, those that cannot be read first: deliveries count anew once a message is revived. */
  async #recorded<T extends Dated>(
    prefix: string,
    parse: (bytes: Uint8Array) => T,
  ): Promise<{ readonly name: string; readonly record: T | null }[]> {
    const recorded = [];
    for (const name of await this.#names(prefix)) {
      const record = await this.#read(name, MAX_FAILURE_BYTES, parse);
      recorded.push({ name, record, at_ms: Date.parse(record?.at ?? '') || 0 });
    }
    return recorded.toSorted((a, b) => a.at_ms - b.at_ms); // Stable: at the same time, by delivery number.
  }

  /** File names with a prefix, by delivery number. */
  async #names(prefix: string): Promise<string[]> {
    const names: string[] = [];
    for await (const batch of listDirectory(this.#disk, this.#directory, 'empty')) {
      for (const { name, kind } of batch) if (kind === 'file' && name.startsWith(prefix)) names.push(name);
    }
    return names.toSorted((a, b) => deliveryIn(a) - deliveryIn(b) || (a < b ? -1 : 1));
  }

  async #read<T>(name: string, maxBytes: number, parse: (bytes: Uint8Array) => T): Promise<T | null> {
    try {
      const bytes = await readIfPresent(this.#disk, join(this.#directory, name), maxBytes);
      return bytes === null ? null : parse(bytes);
    } catch (error) {
      // Torn by a power loss, or not ours, or no file: the history is shorter by one, which no promise rests on.
      const isDamaged = error instanceof SyntaxError || error instanceof MessageError;
      if (isDamaged || ['EFBIG', 'EINVAL'].includes(systemErrorCode(error) ?? '')) return null;
      throw error;
    }
  }
}

function jsonIn(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

function recordBytes(step: string, record: object): Uint8Array {
  try {
    return jsonBytes(record);
  } catch (error) {
    throw new QueueError(
      'ERR_INVALID_OPTION',
      `The result of step ${JSON.stringify(step)} cannot be remembered, as JSON has no form for it (${String(error)}). Return a JSON value.`,
      { cause: error },
    );
  }
}

function replayedFile(nonce: string): string {
  return `replayed~${nonce}.json`;
}

function supersededFile(nonce: string): string {
  return `superseded~${nonce}.json`;
}

function stepFile(step: string): string {
  return `once~${encodeSegment(step, 'step')}.json`;
}

function deliveryIn(fileName: string): number {
  return Number(/^(?:failure|released)~d(\d+)~/.exec(fileName)?.[1] ?? 0);
}
