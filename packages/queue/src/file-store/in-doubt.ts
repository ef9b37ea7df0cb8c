import { FsAtomicError } from '@tapps-agents/fs-atomic';
import { SettledInDoubt } from '../settled-in-doubt.ts';
import { systemWords } from '../system-words.ts';
import { entryIdOf, type Disk } from './disk.ts';
import type { Lease } from './lease.ts';

/** What failed after a message was moved to `to`, as of its flush; a move that was not made is thrown on. */
export function doubtAfterMove(error: unknown, to: string): FsAtomicError {
  if (error instanceof FsAtomicError && error.published.includes(to)) return error;
  throw error;
}

/** For whoever settled a message and cannot be sure that it lasts. */
export function settledInDoubt(
  disk: Disk,
  lease: Lease,
  how: 'finished' | 'quarantined',
  path: string,
  failure: FsAtomicError,
): SettledInDoubt {
  const entryId = entryIdOf(disk.layout, path);
  const message = `Message ${lease.entry.messageId ?? lease.entry.entryId} is ${how}, and lies in ${entryId}; but the disk did not confirm that this lasts (${systemWords(failure)}). Do not settle it again. Check the disk: should the power fail before it has written this, the message is delivered once more.`;
  return new SettledInDoubt(message, failure, { entryId, path });
}
