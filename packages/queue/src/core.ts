import type { MessageDefinition } from '@tapps-agents/contracts';
import type { Clock, Durability } from '@tapps-agents/fs-atomic';
import type { Contention } from './contention.ts';
import type { Deadlines } from './deadlines.ts';
import type { QueueEvents } from './events.ts';
import type { RetryLimits } from './backoff.ts';
import type { RetentionPolicy } from './retention-report.ts';
import type { Store } from './store.ts';

/** What the parts of an open queue share. Durations are milliseconds. */
export interface Core {
  readonly agent: string;
  readonly root: string;
  readonly store: Store;
  readonly events: QueueEvents;
  readonly definitions: readonly MessageDefinition[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly lease_ms: number;
  readonly poll_ms: number;
  readonly retry: RetryLimits;
  readonly retention: RetentionPolicy;
  /** Null: by message type. */
  readonly durability: Durability | null;
  readonly ackDurability: Durability;
  /** Collectors that are running here, so that `request` leaves them what is theirs. */
  readonly collectors: Set<Collecting>;
  /** Which messages were met lately while somebody held a copy of them. */
  readonly contention: Contention;
  /** How long handlers may run, and deliveries be in hand. */
  readonly deadlines: Deadlines;
}

/** What a running collector takes. */
export interface Collecting {
  covers(agentId: string, workflowId: string, messageType: string): boolean;
}
