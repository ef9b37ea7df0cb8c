import type { Durability } from '@tapps-agents/fs-atomic';
import type { Fault } from './faults.ts';

/** What one process does. */
export type Role =
  /** Sends one message at a time. */
  | 'one by one'
  /** Sends many with each call. */
  | 'many at once'
  /** Sends one message at a time from each of 64 callers. */
  | '64 callers'
  /** Handles the coder's inbox. */
  | 'worker'
  /** Takes from the tester's inbox by hand. */
  | 'receiver'
  /** Collects what is in the outboxes, brings dead messages back, and cleans up. */
  | 'steward'
  /** Sends one message at a time, then takes what it sent to the tester, and ends. */
  | 'sender and receiver'
  /** After the power is back: handles all there is, and ends. */
  | 'successor';

/** What a process is told when it starts. */
export interface Assignment {
  readonly role: Role;
  /** The messages directory. */
  readonly root: string;
  /** The notebook. */
  readonly notes: string;
  /** Begins the ids of what this process sends; no other process has it. */
  readonly name: string;
  readonly seed: number;
  /** How many messages it sends before it rests. */
  readonly messages: number;
  /** Ids that somebody began to send and never heard of again: sent once more. */
  readonly again: readonly string[];
  /** Of what is sent. Whatever it is, it is noted as a promise. */
  readonly durability: Durability;
  /** Of acknowledgements; noted likewise. */
  readonly ackDurability: Durability;
  /** What lies between this process and the disk; null: nothing. */
  readonly fault: Fault | null;
}
