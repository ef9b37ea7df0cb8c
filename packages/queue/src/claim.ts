import type { Awaitable } from '@tapps-agents/fs-atomic';
import type { Entry, Box, Identity, MessageHeader } from './stored-message.ts';

/*
 * A message in hand, as the port has it: how one is found in a box and claimed, what admission says of it, and how it goes back.
 */

/** Why a message's content could not be had. */
export interface ContentFault {
  readonly code: 'too_large' | 'unreadable';
  readonly detail: string;
  /** What denied it, where that may pass. */
  readonly cause?: unknown;
}

/** A message under this store's lease. Only the store that handed it out understands it. */
export interface Claimed {
  readonly entry: Entry;
  /** The message's bytes, or why they could not be had. */
  readonly content: { readonly bytes: Uint8Array } | { readonly fault: ContentFault };
  /** Aborted when the lease is known to be lost. */
  readonly signal: AbortSignal;
}

/** What admission found: see {@link Store.admit}. */
export type Admission = 'admitted' | 'duplicate' | 'contended' | 'misnamed';

/** How a leased message goes back to its box. */
export interface Release {
  /** Not before; null: at once. */
  readonly readyAt_ms: number | null;
  /**
   * `failure`: the handler failed; `release`: handed back without blame; `undelivered`: no handler has seen it,
   * the delivery does not count; `lost`: its holder is gone, the delivery counts and nothing else does.
   */
  readonly counts: 'failure' | 'release' | 'undelivered' | 'lost';
  /** File it under this identity: for a message whose header did not match its content. */
  readonly identity?: Identity;
}

/** What a claim finds. */
export type ClaimResult =
  /** `more`: others are known of, so that the next claim most likely need not look for one. */
  | { readonly kind: 'claimed'; readonly claimed: Claimed; readonly more: boolean }
  /** Nothing is ready now; `nextReadyAt_ms` is when the next delayed message that was seen will be. */
  | { readonly kind: 'empty'; readonly nextReadyAt_ms: number | null };

/** Which messages a consumer takes. What it does not take stays for others. */
export interface ClaimFilter {
  /** By header, for every candidate. */
  readonly accepts?: (header: MessageHeader) => boolean;
  /** By content, looked at in place before claiming; a message whose content is unreadable is claimed. */
  readonly wants?: (bytes: Uint8Array) => boolean;
}

/** Takes ready messages out of one box, high priority first, then oldest first. Holds no lease itself. */
export interface BoxReader {
  readonly box: Box;
  /** Leases one message, or says that none is ready. Of several claimers exactly one gets a message. */
  claim(): Awaitable<ClaimResult>;
  /** A hint came in: look anew at the next claim. */
  refresh(): void;
}
