/*
 * What a store keeps: messages in boxes, each in one state, under a header that tells what it is without reading it.
 */

/** Inboxes hold what is addressed to an agent, outboxes what an agent wrote for whoever collects. */
export type BoxKind = 'inbox' | 'outbox';

/** One agent's inbox or outbox. */
export interface Box {
  readonly kind: BoxKind;
  readonly agentId: string;
}

/** The type in the header of a message whose content does not tell its type; claiming it leads to its quarantine. */
export const UNKNOWN_TYPE = 'unknown';

export type Priority = 'high' | 'medium' | 'low';

/** Where in its life a message is. */
export type MessageState = 'ready' | 'leased' | 'dead' | 'processed';

/** The counters a message carries from delivery to delivery. */
export interface Counters {
  /** Times it was handed to a handler, this one included while leased; only ever grows: the fencing token. */
  readonly deliveries: number;
  /** Deliveries whose handler failed. */
  readonly failures: number;
  /** Deliveries that were handed back without blame: snoozed, or a worker shut down. */
  readonly releases: number;
  /** 0, or the number of the forced run: a message handled again although the ledger has it. */
  readonly run: number;
}

/** What a store knows of a message without reading it. Times are milliseconds since 1970. */
export interface MessageHeader extends Counters {
  readonly box: Box;
  /** Null where the id was too long to be kept in the header; the message itself has it. */
  readonly messageId: string | null;
  /** Empty where the header does not say: an outside writer's own file name, or a ledger entry. */
  readonly messageType: string;
  /** 0 where the header does not say. */
  readonly createdAt_ms: number;
  readonly priority: Priority;
  /** Null: ready at once. */
  readonly readyAt_ms: number | null;
  /** Null: never expires. */
  readonly expiresAt_ms: number | null;
}

/** A message in some state: its header and the engine's own name for this incarnation of it. */
export interface Entry extends MessageHeader {
  readonly state: MessageState;
  /** Opaque, unique, never reused; the file engine's is the path below the root, with `/`. */
  readonly entryId: string;
  /** Whose lease it is under; null unless leased. */
  readonly owner: string | null;
  /** When it was processed, by the file system's clock; null in every other state. */
  readonly processedAt_ms: number | null;
}

/** What a message must say of itself for the store to file it. */
export interface Identity {
  readonly messageId: string;
  readonly messageType: string;
  readonly workflowId: string;
  readonly taskId: string;
  readonly createdAt_ms: number;
  readonly priority: Priority;
}

/** A message on its way into a box. */
export interface Outgoing {
  readonly box: Box;
  readonly identity: Identity;
  readonly bytes: Uint8Array;
  readonly readyAt_ms?: number | null;
  readonly expiresAt_ms?: number | null;
  readonly counters?: Partial<Counters>;
}
