import { FsAtomicError } from '@tapps-agents/fs-atomic';
import { textOf } from './text-of.ts';

/** The system's own words about a failure, without the end of the sentence: what was attempted, and on what, is said around them. */
export function systemWords(error: unknown): string {
  const own = error instanceof FsAtomicError && error.cause instanceof Error ? error.cause : error;
  return (own instanceof Error ? own.message : textOf(own)).replace(/\.$/, '');
}
