import { join } from 'node:path';
import { replaceFile, systemErrorCode, type Awaitable } from '@tapps-agents/fs-atomic';
import type { Pause } from '../store.ts';
import {
  exists,
  jsonBytes,
  listDirectory,
  namesIn,
  readIfPresent,
  removeIfPresent,
  writing,
  type Disk,
} from './disk.ts';
import { decodeSegment } from './segment.ts';

const MAX_PAUSE_BYTES = 64 * 1024;
/** `all.json`, or `agent~<agent>.json`; nothing else in the directory pauses anybody. */
const SWITCH = /^(?:all|agent~.+)\.json$/;
/** How long an answer is reused: claiming stops within this time after a pause. */
const FRESH_MS = 100;
/** An answer about all, which answers about agents are made of, is reused for the lesser part of that. */
const ALL_FRESH_MS = 20;

/** Among more names than these a switch is looked for by its name: to list them all would cost more. */
const MOST_LISTED = 200;
/** Then they are not listed again for so long. */
const CROWDED_MS = 10_000;

/** The switches that stop claiming: a file for everything, or one for an agent. Present means paused. */
export class Pauses {
  readonly #disk: Disk;
  /** Whether there is any switch. As a rule there is none, and one look answers for everybody. */
  #any: { readonly any: boolean; readonly until_ms: number } | null = null;
  #all: { readonly paused: boolean; readonly asked_ms: number } | null = null;
  readonly #answers = new Map<string, { readonly paused: boolean; readonly asked_ms: number }>();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  async pause(pause: Pause): Promise<void> {
    const record = {
      agent_id: pause.agentId,
      paused_at: pause.pausedAt,
      paused_by: pause.pausedBy,
      note: pause.note,
    };
    await replaceFile(this.#disk.layout.pause(pause.agentId), jsonBytes(record), writing(this.#disk, 'full'));
    this.#forget();
  }

  async resume(agentId: string | null): Promise<boolean> {
    this.#forget();
    return await removeIfPresent(this.#disk, this.#disk.layout.pause(agentId));
  }

  isPaused(agentId: string): Awaitable<boolean> {
    const now = this.#disk.clock.monotonic();
    const any = this.#any !== null && now < this.#any.until_ms ? this.#any.any : this.#isAny(now);
    if (any === false) return false;
    const known = this.#answers.get(agentId);
    if (known !== undefined && now - known.asked_ms < FRESH_MS - ALL_FRESH_MS) return known.paused;
    return any === true
      ? this.#look(agentId, now)
      : any.then((isAny) => (isAny ? this.#look(agentId, now) : false));
  }

  #isAny(now: number): Awaitable<boolean> {
    const judge = (names: readonly string[]): boolean => {
      const isCrowded = names.length > MOST_LISTED;
      const any = isCrowded || names.some((name) => SWITCH.test(name));
      this.#any = { any, until_ms: now + (isCrowded ? CROWDED_MS : any ? ALL_FRESH_MS : FRESH_MS) };
      return any;
    };
    try {
      const names = namesIn(this.#disk, this.#disk.layout.pauses);
      // Who may not list them may look for one; what is wrong, looking for it says.
      return names instanceof Promise ? names.then(judge, () => true) : judge(names);
    } catch {
      return true;
    }
  }

  #forget(): void {
    this.#answers.clear();
    this.#all = null;
    this.#any = null;
  }

  async #look(agentId: string, now: number): Promise<boolean> {
    const { layout } = this.#disk;
    const paused = (await this.#isAllPaused(now)) || (await exists(this.#disk, layout.pause(agentId)));
    if (this.#answers.size > 10_000) this.#answers.clear();
    this.#answers.set(agentId, { paused, asked_ms: now });
    return paused;
  }

  /** One answer for all agents: who reads hundreds of boxes asks for each of them. */
  async #isAllPaused(now: number): Promise<boolean> {
    if (this.#all === null || now - this.#all.asked_ms >= ALL_FRESH_MS)
      this.#all = { paused: await exists(this.#disk, this.#disk.layout.pause(null)), asked_ms: now };
    return this.#all.paused;
  }

  async list(): Promise<readonly Pause[]> {
    const pauses: Pause[] = [];
    for await (const batch of listDirectory(this.#disk, this.#disk.layout.pauses, 'empty')) {
      for (const { name, kind } of batch) {
        if (kind !== 'file' || !SWITCH.test(name)) continue;
        const bytes = await this.#read(name);
        if (bytes !== null) pauses.push(parsePause(name, bytes));
      }
    }
    return pauses;
  }

  /** What a switch says; nothing where it cannot be read, since it pauses all the same; null where there is none any more. */
  async #read(name: string): Promise<Uint8Array | null> {
    try {
      return await readIfPresent(this.#disk, join(this.#disk.layout.pauses, name), MAX_PAUSE_BYTES);
    } catch (error) {
      if (['EFBIG', 'EINVAL', 'EACCES', 'EPERM'].includes(systemErrorCode(error) ?? ''))
        return new Uint8Array();
      throw error;
    }
  }
}

/** What a switch says of itself; it works even if it says nothing. Whom it pauses is in its name, which alone decides. */
function parsePause(fileName: string, bytes: Uint8Array): Pause {
  let record: Record<string, unknown> = {};
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof value === 'object' && value !== null) record = { ...value };
  } catch {
    // An empty or hand-made file pauses as well; it only does not say who and why.
  }
  return {
    agentId: fileName.startsWith('agent~') ? agentIn(fileName, record) : null,
    pausedAt: text(record['paused_at']) ?? '',
    pausedBy: text(record['paused_by']),
    note: text(record['note']),
  };
}

/** A long name is shortened in a file's name, and then only the record has it whole. */
function agentIn(fileName: string, record: Record<string, unknown>): string {
  const segment = fileName.slice('agent~'.length, -'.json'.length);
  return decodeSegment(segment, 'agent') ?? text(record['agent_id']) ?? segment;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
