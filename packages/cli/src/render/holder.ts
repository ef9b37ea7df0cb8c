import type { Holder } from '@tapps-agents/queue';
import { age } from './age.ts';

/** A process as a person would look for it: by its number and machine. */
export function processName(process: {
  readonly owner: string | null;
  readonly pid: number | null;
  readonly host: string | null;
}): string {
  const { owner, pid, host } = process;
  if (pid === null) return owner === null ? 'an unknown process' : `owner ${owner}`;
  return `pid ${pid}${host === null ? '' : ` on ${host}`}`;
}

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
