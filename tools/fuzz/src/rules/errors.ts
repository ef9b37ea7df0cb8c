import { MessageError } from '@tapps-agents/contracts';
import { FsAtomicError } from '@tapps-agents/fs-atomic';
import { QueueError } from '@tapps-agents/queue';
import { Violation } from '../target.ts';

/**
 * Whether an error is one that callers are told about: of one of the three packages, with its code, or several of them in
 * one. A TypeError or RangeError is a fault in the program, and so is a bare error of the system.
 */
export function isDocumented(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isDocumented);
  return (
    (error instanceof MessageError || error instanceof FsAtomicError || error instanceof QueueError) &&
    /^ERR_[A-Z0-9_]+$/.test(error.code)
  );
}

/** Throws a {@link Violation} for an error that is none of the documented ones. */
export function mustBeDocumented(error: unknown, doing: string): void {
  if (error instanceof Violation) throw error;
  if (isDocumented(error)) return;
  throw new Violation('raw error', `${doing}: ${describe(error)}`);
}

/** The result; undefined where it failed with a documented error. */
export async function tolerating<T>(doing: string, work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    mustBeDocumented(error, doing);
    return undefined;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
}
