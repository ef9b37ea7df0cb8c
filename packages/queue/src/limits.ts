/** Every number that bounds the queue, with its unit in its name. */

export const DEFAULT_LEASE_MS = 30_000;
export const MIN_LEASE_MS = 1_000;
export const DEFAULT_POLL_MS = 250;
/** The first pause after a box was found empty; it doubles up to the poll interval. */
export const FIRST_POLL_MS = 20;
/**
 * How often a consumer looks for leases whose holder is gone: with every second poll of one that is idle, as what a process held that is
 * provably dead is promised to come back within half a second.
 */
export const RECOVERY_INTERVAL_MS = 400;
/** The same for one that reads many boxes, which also looks for new ones then: each look costs a scan of each. */
export const DISCOVERY_INTERVAL_MS = 1_000;
/** A receiver that nobody has asked for a message for so long lets go of its box: it may have been made to take only one. */
export const RECEIVER_REST_MS = 5_000;
/** How long handlers may finish when a consumer stops. */
export const DEFAULT_GRACE_MS = 25_000;
export const DEFAULT_HANDLER_TIMEOUT_MS = 3_600_000;
export const MAX_CONCURRENCY = 1_000;
/** A message that somebody holds a copy of comes back after half of this or more, which doubles each time it happens. */
export const CONTENTION_JITTER_MS = 500;
/** That delay is never longer than this. */
export const MAX_CONTENTION_MS = 5_000;
/** Longest stretch of claiming between two turns of the event loop. */
export const CLAIM_SLICE_MS = 8;
export const MAX_SEND_BATCH = 10_000;
/** Messages that one handler may hold back. */
export const MAX_HELD_MESSAGES = 1_000;

export const DEFAULT_BACKOFF_MS = 1_000;
export const DEFAULT_MULTIPLIER = 2;
export const DEFAULT_MAX_BACKOFF_MS = 300_000;
export const DEFAULT_MAX_DELIVERIES = 5;
/** No backoff is longer than this, whatever a message asks for: 30 days. */
export const BACKOFF_LIMIT_MS = 30 * 86_400_000;

export const DEFAULT_PROCESSED_MAX_AGE_MS = 7 * 86_400_000;
export const DEFAULT_PROCESSED_MAX_COUNT = 100_000;
export const DEFAULT_RETENTION_INTERVAL_MS = 300_000;
export const TEMPORARY_MAX_AGE_MS = 3_600_000;

/** So many resumptions of an operation are kept and read, the last. */
export const MOST_RESUMPTIONS = 20;
