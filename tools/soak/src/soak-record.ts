import { closeSync, openSync, writeSync } from 'node:fs';

/** What a process wrote into its own log, in the order in which it happened. Ids are message ids. */
export type SoakRecord = { readonly at_us: number } & SoakEvent;

export type SoakEvent =
  /** A producer is about to send; whether it succeeded is unknown until `sent`. */
  | { readonly event: 'attempt'; readonly id: string; readonly digest: string; readonly text: string }
  | { readonly event: 'sent'; readonly id: string }
  /** The store let a handler at a message. `held`: the lease was still in place after `at_us`. */
  | { readonly event: 'admitted'; readonly id: string; readonly entry: string; readonly held: boolean }
  /** A handler began. `cause`: the message that this one answers, in an outbox. */
  | { readonly event: 'start'; readonly id: string; readonly cause: string | null }
  | { readonly event: 'finish'; readonly id: string; readonly outcome: Outcome }
  /** A handler is about to apply the effect of its message under the key that `ctx.once` handed out. */
  | { readonly event: 'effect'; readonly id: string; readonly key: string }
  /** The store said that a lease was settled. */
  | { readonly event: 'settled'; readonly id: string; readonly entry: string; readonly how: Settlement }
  /** A lease of a holder that is gone was taken back. */
  | { readonly event: 'recovered'; readonly id: string; readonly owner: string; readonly pid: number | null }
  /** This process was told that it no longer holds a message. */
  | { readonly event: 'lease_lost'; readonly id: string }
  /** Something failed that is not the handler's own. */
  | { readonly event: 'error'; readonly code: string; readonly text: string };

export type Outcome = 'done' | 'failed' | 'rejected' | 'snoozed' | 'stopped';
export type Settlement = 'acked' | 'duplicate' | 'released' | 'quarantined';

/**
 * A log that only grows. Each record is one write, done when `write` returns, so that killing the process loses none that was
 * written; at worst the last one is cut.
 */
export class RecordLog {
  readonly #descriptor: number;

  constructor(path: string) {
    this.#descriptor = openSync(path, 'ax', 0o600);
  }

  write(event: SoakEvent, at_us: number = now_us()): void {
    writeSync(this.#descriptor, `${JSON.stringify({ at_us, ...event })}\n`);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Microseconds by a clock that all processes of this computer share, and that nobody sets (CLOCK_MONOTONIC). */
export function now_us(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

/** The records of a log; a last line that was cut is left out, any other that cannot be read is an error. */
export function parseRecords(text: string): SoakRecord[] {
  const lines = text.split('\n');
  lines.pop(); // What follows the last line's end: nothing, or a line that was cut.
  return lines.map((line) => JSON.parse(line) as SoakRecord);
}
