import type { Box } from '@tapps-agents/queue';

/** Something that happened between two looks. */
export interface WatchEvent {
  /**
   * `taken`: is leased now; `let_go`: is no longer, as it was finished, or handed back; `died`: was quarantined; `left_dead`: was
   * replayed, or removed; `arrived`: so many more messages wait in the box; `paused`, `resumed`: agent, or with null everything.
   */
  readonly event: 'taken' | 'let_go' | 'died' | 'left_dead' | 'arrived' | 'paused' | 'resumed';
  /**
   * Of one that was let go: it waits again, or is in its box no more. Of one that is no dead letter any more: it waits in its box
   * again, or is in hand. Null where that cannot be told, and for all else.
   */
  readonly how: 'finished' | 'handed_back' | 'replayed' | null;
  /** When it was seen, milliseconds since 1970. */
  readonly at_ms: number;
  readonly box: Box | null;
  readonly agentId: string | null;
  readonly messageId: string | null;
  readonly messageType: string;
  readonly delivery: number;
  readonly count: number;
}
