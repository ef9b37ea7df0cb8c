import { showProgress } from '../progress.ts';
import type { Progress } from '../progress.ts';
import type { CommandContext } from '../session.ts';
import type { Backlog } from './backlog-of.ts';

/**
 * Shows how much of what was there at first is done, and what is waited for: how long that takes, nobody knows. What comes in meanwhile
 * makes it shorter, never longer.
 */
export class DrainBar {
  readonly #context: CommandContext;
  readonly #skipDelayed: boolean;
  #progress: Progress | undefined;
  #least = 0;
  #said = '';

  constructor(context: CommandContext, skipDelayed: boolean) {
    this.#context = context;
    this.#skipDelayed = skipDelayed;
  }

  async show(left: number, backlogs: readonly Backlog[]): Promise<void> {
    const awaited = stillThere(backlogs, this.#skipDelayed);
    if (this.#progress === undefined) {
      if (left === 0) return;
      this.#progress = await showProgress(this.#context, 'draining', left, { instead: awaited });
      this.#least = left;
      this.#said = awaited;
    }
    if (awaited !== this.#said) this.#progress.say(awaited);
    this.#said = awaited;
    if (left >= this.#least) return;
    this.#progress.advance(this.#least - left);
    this.#least = left;
  }

  end(): void {
    this.#progress?.[Symbol.dispose]();
    this.#progress = undefined;
  }
}

function stillThere(backlogs: readonly Backlog[], skipDelayed: boolean): string {
  const parts = [
    ['ready', 'ready'],
    ['delayed', 'delayed'],
    ['leased', 'in hand'],
  ] as const;
  return parts
    .flatMap(([state, words]) => {
      if (state === 'delayed' && skipDelayed) return [];
      const count = backlogs.reduce((sum, backlog) => sum + backlog[state], 0);
      return count === 0 ? [] : [`${count} ${words}`];
    })
    .join(', ');
}
