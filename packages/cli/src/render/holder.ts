import type { Holder } from '@tapps-agents/queue';
import { processName } from '../process-name.ts';
import { age } from './age.ts';
import type { Role } from './style.ts';

/** A holder as a person would look for it; one that is no process was taken by hand, with `receive`. */
export function holderName(holder: Holder): string {
  return holder.detached ? `hand (${processName(holder)})` : processName(holder);
}

/** What is known of a holder's life, in words. */
export function holderState(holder: Holder, now_ms: number): string {
  const { state, detached, timeLeft_ms } = holder;
  const silent_ms = silence_ms(holder, now_ms);
  if (silent_ms !== null) return `${STATES[state]}, silent for ${age(silent_ms)}`;
  if (!detached || state === 'absent') return STATES[state];
  if (state === 'dead') return 'its time is over';
  return timeLeft_ms === null ? 'its time is not over' : `${age(timeLeft_ms)} left`;
}

/** How it stands with a holder, for its colour. */
export function holderRole(holder: Holder, now_ms: number): Role {
  if (holder.state !== 'alive') return 'bad';
  return silence_ms(holder, now_ms) === null ? 'good' : 'warning';
}

/**
 * For how long a process that lives has shown no sign of life, where that is longer than its lease and some patience: it is stopped, or
 * its computer sleeps or is overloaded. Null where all is well, or nothing is known.
 */
export function silence_ms({ state, detached, beatAt_ms, lease_ms }: Holder, now_ms: number): number | null {
  if (state !== 'alive' || detached || beatAt_ms === null || lease_ms === undefined) return null;
  const silent_ms = now_ms - beatAt_ms;
  return silent_ms > lease_ms + Math.max(LEAST_PATIENCE_MS, lease_ms / 4) ? silent_ms : null;
}

/** Clocks and file systems are not more exact. */
const LEAST_PATIENCE_MS = 1_000;

const STATES = { alive: 'alive', dead: 'dead', absent: 'gone' } as const;
