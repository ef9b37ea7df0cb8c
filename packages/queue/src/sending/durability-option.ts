import type { Durability } from '@tapps-agents/fs-atomic';
import { QueueError } from '../errors.ts';

const LEVELS: readonly unknown[] = ['none', 'file', 'full'] satisfies Durability[];

/** A durability, if it is one: a word that is none would promise nothing, silently. `what` names the option in the error. */
export function checkDurability(level: Durability, what: string): Durability {
  if (LEVELS.includes(level)) return level;
  throw new QueueError(
    'ERR_INVALID_OPTION',
    `${what} must be 'none', 'file' or 'full'; got ${JSON.stringify(level)}`,
  );
}
