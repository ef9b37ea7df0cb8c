import { FsAtomicError } from '@tapps-agents/fs-atomic';
import { textOf } from './text-of.ts';

/** The system's own words about a failure, without the end of the sentence: what was attempted, and on what, is said around them. */
export function systemWords(error: unknown): string {
  if (error instanceof FsAtomicError && error.cause instanceof Error) return systemWords(error.cause);
  return (error instanceof Error ? error.message : textOf(error)).replace(/\.$/, '');
}
