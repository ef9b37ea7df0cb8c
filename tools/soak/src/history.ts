import type { Settlement, SoakRecord } from './soak-record.ts';

/** What is known of one message from the logs of all processes. */
export interface MessageHistory {
  readonly id: string;
  attempts: number;
  sent: number;
  /** Of the content that a producer meant to send; null where no producer did. */
  digest: string | null;
  /** The message that this one answers; null where it answers none, or nobody handled it. */
  cause: string | null;
  starts: number;
  /** How often a handler ran to its end and returned. */
  completions: number;
  readonly settlements: Record<Settlement, number>;
  /** When somebody first knew that it was acknowledged. */
  acknowledgedAt_us: number;
  /** When a handler was last let at it by a lease that was in place. */
  admittedAt_us: number;
  readonly keys: Set<string>;
  effectAttempts: number;
}

/** A lease that was taken back; the process is known to whoever ended its session. */
export interface Takeover {
  readonly at_us: number;
  readonly owner: string;
  readonly pid: number | null;
}

/** What all processes of a run have recorded. */
export interface History {
  readonly messages: ReadonlyMap<string, MessageHistory>;
  /** Leases that were settled more than one time. */
  readonly settledTwice: readonly string[];
  readonly takeovers: readonly Takeover[];
  readonly leasesLost: number;
  /** How often each error was met, by code. */
  readonly errors: ReadonlyMap<string, { count: number; readonly example: string }>;
}

/** Brings the records of all processes together, in any order. */
export function historyOf(logs: Iterable<readonly SoakRecord[]>): History {
  const messages = new Map<string, MessageHistory>();
  const settled = new Map<string, string>();
  const settledTwice: string[] = [];
  const takeovers: Takeover[] = [];
  const errors = new Map<string, { count: number; example: string }>();
  let leasesLost = 0;
  for (const records of logs) {
    for (const record of records) {
      if (record.event === 'recovered') takeovers.push(record);
      else if (record.event === 'lease_lost') leasesLost += 1;
      else if (record.event === 'error') {
        const known = errors.get(record.code) ?? { count: 0, example: record.text };
        known.count += 1;
        errors.set(record.code, known);
      } else {
        if (record.event === 'settled') {
          const earlier = settled.get(record.entry);
          if (earlier !== undefined) settledTwice.push(`${record.entry}: ${earlier}, then ${record.how}`);
          settled.set(record.entry, record.how);
        }
        const message = messages.get(record.id) ?? emptyHistory(record.id);
        messages.set(record.id, message);
        note(message, record);
      }
    }
  }
  return { messages, settledTwice, takeovers, leasesLost, errors };
}

function emptyHistory(id: string): MessageHistory {
  return {
    id,
    attempts: 0,
    sent: 0,
    digest: null,
    cause: null,
    starts: 0,
    completions: 0,
    settlements: { acked: 0, duplicate: 0, released: 0, quarantined: 0 },
    acknowledgedAt_us: Number.POSITIVE_INFINITY,
    admittedAt_us: Number.NEGATIVE_INFINITY,
    keys: new Set(),
    effectAttempts: 0,
  };
}

function note(
  message: MessageHistory,
  record: Exclude<SoakRecord, { event: 'recovered' | 'lease_lost' | 'error' }>,
): void {
  switch (record.event) {
    case 'attempt':
      message.attempts += 1;
      message.digest = record.digest;
      break;
    case 'sent':
      message.sent += 1;
      break;
    case 'admitted':
      if (record.held) message.admittedAt_us = Math.max(message.admittedAt_us, record.at_us);
      break;
    case 'start':
      message.starts += 1;
      message.cause = record.cause;
      break;
    case 'finish':
      if (record.outcome === 'done' || record.outcome === 'stopped') message.completions += 1;
      break;
    case 'effect':
      message.effectAttempts += 1;
      message.keys.add(record.key);
      break;
    case 'settled':
      message.settlements[record.how] += 1;
      if (record.how === 'acked') {
        message.acknowledgedAt_us = Math.min(message.acknowledgedAt_us, record.at_us);
      }
      break;
  }
}
