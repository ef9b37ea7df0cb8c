import type { AgentReport } from '@tapps-agents/queue';
import type { Output } from '../output.ts';
import { age } from '../render/age.ts';
import { processName } from '../process-name.ts';
import { safe } from '../render/safe-text.ts';
import type { SafeText } from '../render/safe-text.ts';

/** How a worker's notice sees the world. */
export interface WaitingOptions {
  readonly agent: string;
  /** What it is to come to an end with: then it is said in a pipe, too, what the end waits for. */
  readonly end: 'empty' | 'once' | 'never';
  readonly now: () => number;
  readonly look: () => Promise<AgentReport>;
}

/** A box is not listed more often than this, however long it takes until something is ready. */
const LOOK_EVERY_MS = 15_000;

/**
 * Says on standard error what a worker waits for that has nothing in hand: on a terminal in a status line that counts down, elsewhere
 * in one line for each thing that is waited for. A worker that is to go on for ever waits by its nature, and says so on a terminal only.
 */
export class WaitingNotice {
  readonly #output: Output;
  readonly #options: WaitingOptions;
  #report: AgentReport | null = null;
  #lookedAt_ms = 0;
  #told = '';
  #forgotten = 0;

  constructor(output: Output, options: WaitingOptions) {
    this.#output = output;
    this.#options = options;
  }

  /** Something happened: what was seen is old, and what is waited for is to be told anew. */
  readonly forget = (): void => {
    this.#forgotten += 1;
    this.#report = null;
    this.#told = '';
  };

  /** To be called about once a second. Never fails: what cannot be seen, the worker itself reports. */
  async tick(): Promise<void> {
    const now_ms = this.#options.now();
    const next_ms =
      this.#report === null ? 0 : (nextOf(this.#report)?.readyAt_ms ?? Number.POSITIVE_INFINITY);
    if (this.#report === null || now_ms - this.#lookedAt_ms >= LOOK_EVERY_MS || now_ms >= next_ms) {
      const forgotten = this.#forgotten;
      let report: AgentReport;
      try {
        report = await this.#options.look();
      } catch {
        return;
      }
      // Something happened meanwhile, so this is old as well; or it is over, and nothing is to be told any more.
      if (forgotten !== this.#forgotten) return;
      this.#report = report;
      this.#lookedAt_ms = now_ms;
    }
    this.#tell(this.#report, now_ms);
  }

  #tell(report: AgentReport, now_ms: number): void {
    const { agent, end } = this.#options;
    const what = whatIsWaitedFor(report, agent, end);
    if (what === null) {
      this.#output.status(null);
      return;
    }
    const next_ms = nextOf(report)?.readyAt_ms ?? null;
    // How long comes first: a narrow terminal has no room for the rest.
    const line =
      next_ms === null
        ? safe`waiting ${what}`
        : safe`waiting ${age(Math.max(0, next_ms - now_ms))} ${what}, at ${new Date(next_ms).toISOString()}`;
    if (this.#output.status(line) || end === 'never') return;
    const told = `${String(what)} ${next_ms}`;
    if (this.#told === told) return;
    this.#told = told;
    this.#output.remark(line);
  }
}

function whatIsWaitedFor(report: AgentReport, agent: string, end: WaitingOptions['end']): SafeText | null {
  const inbox = report.boxes.find(({ box }) => box.kind === 'inbox');
  if (report.pauses.length > 0) return null; // Said already, with the command that ends it.
  if (inbox === undefined) return null;
  const { ready, delayed, holders } = inbox;
  if (ready > 0 || holders.some(({ pid }) => pid === process.pid)) return null;
  const next = nextOf(report);
  if (next !== undefined && next.readyAt_ms !== null) {
    const which = next.messageId === null ? '' : ` ${next.messageId},`;
    return safe`for${which} the next of ${delayed} delayed ${delayed === 1 ? 'message' : 'messages'} of ${agent}`;
  }
  if (end === 'empty') {
    const names = holders.map((holder) => processName(holder)).join(', ');
    return names === '' ? null : safe`for what others hold: ${names}`;
  }
  return safe`for ${end === 'once' ? 'a message' : 'messages'} of ${agent}`;
}

function nextOf({ delayed }: AgentReport): AgentReport['delayed'][number] | undefined {
  return delayed[0];
}
