import { CONTENTION_JITTER_MS, MAX_CONTENTION_MS } from './limits.ts';
import type { Entry } from './stored-message.ts';

/** So many messages are remembered; of more, those that were contended longest ago are taken for new ones. */
const MAX_REMEMBERED = 1_000;

/**
 * How long a message waits that another copy of is in somebody's hands: the longer, the more often its copies were met
 * lately, so that many copies of one long task cost next to nothing. The memory is this process's own.
 */
export class Contention {
  readonly #times = new Map<string, number>();

  /** Counts one more meeting; returns the delay in milliseconds, from half its bound up to the whole. */
  delay_ms({ box }: Pick<Entry, 'box'>, messageId: string, random: () => number): number {
    const key = keyOf(box, messageId);
    const times = this.#times.get(key) ?? 0;
    this.#times.delete(key); // Set anew, it is the youngest.
    this.#times.set(key, times + 1);
    for (const oldest of this.#times.keys()) {
      if (this.#times.size <= MAX_REMEMBERED) break;
      this.#times.delete(oldest);
    }
    return Math.min(MAX_CONTENTION_MS, CONTENTION_JITTER_MS * 2 ** times) * (0.5 + random() / 2);
  }

  /** The message could be had: what comes of it next is another story. */
  forget({ box }: Pick<Entry, 'box'>, messageId: string): void {
    if (this.#times.size > 0) this.#times.delete(keyOf(box, messageId));
  }
}

function keyOf(box: Entry['box'], messageId: string): string {
  return `${box.kind}/${box.agentId}/${messageId}`;
}
