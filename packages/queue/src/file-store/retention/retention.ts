import type { OwnerObserver } from '@tapps-agents/fs-atomic';
import type { RetentionPolicy, RetentionReport } from '../../retention-report.ts';
import type { BoxKind } from '../../stored-message.ts';
import type { Disk } from '../disk.ts';
import { retainDeadLetters } from './dead-letters.ts';
import { retainJournals } from './journals.ts';
import { retainLedger } from './ledger.ts';
import { retainOwners } from './owners.ts';
import { retainRecords } from './records.ts';
import { Removal, type RemovalOptions } from './removal.ts';
import { retainTemporary } from './temporary.ts';

const KINDS: readonly BoxKind[] = ['inbox', 'outbox'];

/**
 * Removes what is no longer kept, going through everything one time. Works beside live agents; nothing it removes is
 * anything they still need. One process at a time does it, under a mutex. What cannot be looked at or removed is reported, and the
 * rest goes on.
 *
 * @throws FsAtomicError `ERR_MUTEX_LOST` when others took the mutex over on the way; they go on then
 */
export async function runRetention(
  disk: Disk,
  policy: RetentionPolicy,
  observer: OwnerObserver,
  options: RemovalOptions,
): Promise<RetentionReport> {
  const removal = new Removal(disk, options);
  for (const kind of KINDS) {
    await retainLedger(removal, kind, policy);
    await retainDeadLetters(removal, kind, policy);
    await retainJournals(removal, kind, policy);
  }
  await retainOwners(removal, policy, observer);
  await retainRecords(removal, policy);
  await removal.attempt(() => retainTemporary(removal, policy));
  return removal.report();
}
