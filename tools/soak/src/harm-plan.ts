import { Random } from '../../simulate/src/random.ts';

/** What is done to one process, and when; times count from the beginning of the harm. */
export interface Harm {
  readonly at_ms: number;
  /** Which place, from 0: the producers, then the consumers. */
  readonly place: number;
  readonly harm: 'kill' | 'stop';
  /** How long it is stopped. Null: it is not stopped before it holds a message, and until that was taken from it. */
  readonly for_ms: number | null;
}

/** How long a holder must have been silent before others may take over: the lease, and a quarter or a second more. */
export function takeoverAfter_ms(lease_ms: number): number {
  return lease_ms + Math.max(lease_ms / 4, 1_000);
}

/**
 * What is done to the processes within a time: about three harms a second to sixteen of them, most of them to consumers, and
 * a quarter stops that outlast the lease. The same seed gives the same plan; what comes of it depends on the computer.
 */
export function planHarm(
  seed: number,
  time_ms: number,
  producers: number,
  consumers: number,
  lease_ms: number,
): Harm[] {
  const random = new Random(seed);
  const plan: Harm[] = [];
  const mean_ms = 5_000 / (producers + consumers);
  for (let at_ms = 300; ; at_ms += random.integer(0, 2 * mean_ms)) {
    const isLong = random.chance(0.25);
    const long_ms = Math.round(takeoverAfter_ms(lease_ms) * (1.2 + random.next()));
    const harm = isLong || random.chance(0.4) ? 'stop' : 'kill';
    const for_ms = harm === 'kill' ? 0 : isLong ? long_ms : random.integer(20, lease_ms / 2);
    const place = random.chance(0.3)
      ? random.integer(0, producers - 1)
      : producers + random.integer(0, consumers - 1);
    if (at_ms >= time_ms) return plan;
    plan.push({ at_ms, place, harm, for_ms });
  }
}
