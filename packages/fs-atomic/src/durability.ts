import { invalidArgument } from './errors.ts';

/**
 * How much a success survives: `none` a crash of the process, `file` also a power cut for the content but
 * perhaps not for the name, `full` a power cut for content and name. Only `full` is what people mean by durable.
 */
export type Durability = 'none' | 'file' | 'full';

const levels: readonly Durability[] = ['none', 'file', 'full'];

/** Whether `level` promises at least what `wanted` does. */
export function isAtLeast(level: Durability, wanted: Durability): boolean {
  return levels.indexOf(level) >= levels.indexOf(wanted);
}

/** The weaker of two levels: what can be promised of a whole whose parts reached them. */
export function weakerDurability(one: Durability, other: Durability): Durability {
  return isAtLeast(one, other) ? other : one;
}

/** Returns `value` if it is a level; throws `ERR_INVALID_ARGUMENT` otherwise. */
export function checkDurability(value: Durability): Durability {
  if (levels.includes(value)) return value;
  throw invalidArgument(`durability is ${JSON.stringify(value)}; it must be one of none, file, full.`);
}
