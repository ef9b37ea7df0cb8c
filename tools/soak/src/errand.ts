import type { Random } from '../../simulate/src/random.ts';

/** What a message asks of its handler. */
export interface Errand {
  /** How long to work. */
  readonly work_ms: number;
  /** How often to fail before it succeeds. */
  readonly failures: number;
  readonly rejected: boolean;
  readonly snoozed: boolean;
  /** Report progress, in a message of its own. */
  readonly reports: boolean;
  /** Block the event loop for longer than the lease. */
  readonly blocks: boolean;
}

/** How a message is sent. */
export interface Sending {
  /** `once`; two copies in one call, or one after the other; or by an outside writer, with a name of its own. */
  readonly way: 'once' | 'twice at once' | 'twice' | 'outside';
  readonly delay_ms: number;
}

/** More failures than any message is tried again. */
export const FAILS_FOR_EVER = 1_000;

/** Draws an errand: most are plain. */
export function drawErrand(random: Random): Errand {
  const share = random.next();
  return {
    work_ms: random.chance(0.05) ? random.integer(100, 600) : random.integer(0, 40),
    failures: share < 0.05 ? random.integer(1, 2) : share < 0.06 ? FAILS_FOR_EVER : 0,
    rejected: share >= 0.06 && share < 0.08,
    snoozed: share >= 0.08 && share < 0.1,
    reports: share >= 0.1 && share < 0.15,
    blocks: share >= 0.15 && share < 0.152,
  };
}

/** Draws a way to send. */
export function drawSending(random: Random): Sending {
  const share = random.next();
  return {
    way: share < 0.05 ? 'twice at once' : share < 0.1 ? 'twice' : share < 0.15 ? 'outside' : 'once',
    delay_ms: random.chance(0.05) ? random.integer(50, 500) : 0,
  };
}

/** The errand in a message's inputs. */
export function errandIn(parameters: object): Errand {
  return parameters as Errand;
}
