import type { Holder } from '@tapps-agents/queue';
import { processName } from '../process-name.ts';
import { age } from './age.ts';

/** A holder as a person would look for it; one that is no process was taken by hand, with `receive`. */
export function holderName(holder: Holder): string {
  return holder.detached ? `hand (${processName(holder)})` : processName(holder);
}

/** What is known of a holder's life, in words. */
export function holderState({ state, detached, timeLeft_ms }: Holder): string {
  if (!detached || state === 'absent') return STATES[state];
  if (state === 'dead') return 'its time is over';
  return timeLeft_ms === null ? 'its time is not over' : `${age(timeLeft_ms)} left`;
}

const STATES = { alive: 'alive', dead: 'dead', absent: 'gone' } as const;
