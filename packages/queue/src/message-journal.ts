import type { DeadLetterReason, Failure } from '@tapps-agents/contracts';
import type { Durability } from '@tapps-agents/fs-atomic';

/** A delivery that was handed back without blame: why, when, and by whom. */
export interface HandBack {
  /** `snoozed`: put off by its handler; `returned`: its process was asked to stop. */
  readonly kind: 'snoozed' | 'returned';
  readonly delivery: number;
  /** RFC 3339. */
  readonly at: string;
  /** Not to be handled before, RFC 3339; null: at once. */
  readonly ready_at: string | null;
  readonly agent_id: string | null;
  readonly owner: string | null;
  readonly pid: number | null;
  readonly host: string | null;
}

/** The memory of one message across its deliveries: what failed, and what was done once. */
export interface Journal {
  /** Adds a delivery that was handed back without blame; the newest `100` are kept. */
  recordHandBack(handBack: HandBack): Promise<void>;
  /** Oldest first. */
  handBacks(): Promise<readonly HandBack[]>;
  /** Adds a failure, by default without a flush; the newest `100` are kept. */
  recordFailure(failure: Failure, durability?: Durability): Promise<void>;
  /** Oldest first. */
  failures(): Promise<readonly Failure[]>;
  /** Why it had died, each time that it was brought back from the dead letters; the oldest first, at most the last 100. */
  deaths(): Promise<readonly DeadLetterReason[]>;
  /** How often it was brought back from the dead letters. */
  replays(): Promise<number>;
  /** Where its content is kept, for people, if another message was published in its place; mostly one place, at most 100. */
  superseded(): Promise<readonly string[]>;
  /** The recorded result of a named step; undefined when there is none. */
  result(name: string): Promise<{ readonly value: unknown } | undefined>;
  /** Records a step's result durably. */
  recordResult(name: string, value: unknown): Promise<void>;
}
