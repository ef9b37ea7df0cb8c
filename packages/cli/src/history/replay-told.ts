import type { OperationMark } from '@tapps-agents/queue';

/** What is known of who replayed a message, and when. */
export interface ReplayTold {
  /** One name, or null where it may have been several. */
  readonly by: string | null;
  /** In words: `by ann@build-3 pid 4711`, or all who may have been it. */
  readonly who: string;
  /** RFC 3339; null where nobody wrote it down. */
  readonly at: string | null;
  /** In words: `at …`, `between … and …`, `after …`. */
  readonly when: string;
  /** It was not before this, in milliseconds since 1970. */
  readonly since_ms: number;
}

/** Who a replay's message was moved by, and when: no name and no moment is told that may be another's. */
export function replayTold({ operation, runs = [], movedAt = null }: OperationMark): ReplayTold {
  const { by, startedAt, endedAt } = operation;
  const known = runs.length > 0 ? runs : [{ by, from: startedAt, to: endedAt }];
  const names = [...new Set(known.map((run) => (run.by === '' ? 'somebody' : run.by)))];
  const from = known[0]?.from ?? startedAt;
  const to = known.at(-1)?.to ?? null;
  const first = known.length === 1 ? (known[0]?.by ?? '') : null;
  return {
    by: first,
    who: `by ${names.join(' or ')}`,
    at: movedAt,
    when: movedAt === null ? (to === null ? `after ${from}` : `between ${from} and ${to}`) : `at ${movedAt}`,
    since_ms: Date.parse(movedAt ?? from),
  };
}
