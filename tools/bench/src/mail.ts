/** What became of mail. */
export interface Mail {
  /** So many were not found by the first poll after their `send`. */
  readonly late: number;
  /** And so many not within a poll interval. */
  readonly missed: number;
  /** The longest time from the first poll to the one that found it. */
  readonly slowest_ms: number;
}

/** Between a change of the box and its listing by bare calls: as long as the queue puts off a listing that is dear, in milliseconds. */
export const LISTED_AFTER_MS = 75;

/** No mail yet. */
export const NO_MAIL: Mail = { late: 0, missed: 0, slowest_ms: 0 };

/** What became of both. */
export function withMail(one: Mail, other: Mail): Mail {
  return {
    late: one.late + other.late,
    missed: one.missed + other.missed,
    slowest_ms: Math.max(one.slowest_ms, other.slowest_ms),
  };
}
