import { join } from 'node:path';
import type { RetentionPolicy } from '../../retention-report.ts';
import { isOperationId } from '../operation-log.ts';
import type { Removal } from './removal.ts';

/** The newest so many are kept, as long as their age allows. */
const MAX_RECORDS = 1_000;

/** What operators did, for as long as the ledger remembers what was handled; and sets that nothing was ever begun with. */
export async function retainRecords(removal: Removal, policy: RetentionPolicy): Promise<void> {
  const { layout } = removal.disk;
  const ids = (await removal.directoryNames(layout.operations)).filter(isOperationId);
  for (const [index, id] of ids.toReversed().entries())
    await removal.attempt(() => retainRecord(removal, policy, id, index));
}

async function retainRecord(
  removal: Removal,
  policy: RetentionPolicy,
  id: string,
  index: number,
): Promise<void> {
  const { layout } = removal.disk;
  const record_ms = await removal.age(layout.operationRecord(id));
  const isBegun = (await removal.fileNames(layout.operation(id))).has('record.json');
  const maxAge_ms = isBegun ? policy.processedMaxAge_ms : policy.temporaryMaxAge_ms;
  const age_ms = isBegun ? record_ms : await removal.age(layout.operation(id));
  const isTooOld = maxAge_ms !== null && age_ms > maxAge_ms;
  if (!isTooOld && !(isBegun && index >= MAX_RECORDS)) return;
  // The record last: what is cut short in between is still an operation, and goes the next time.
  const names = [...(await removal.fileNames(layout.operation(id)))].toSorted(recordLast);
  for (const name of names) await removal.remove(join(layout.operation(id), name), 'records', null);
  await removal.removeDirectory(layout.operation(id));
  removal.totals.records += 1;
}

function recordLast(a: string, b: string): number {
  return Number(a === 'record.json') - Number(b === 'record.json') || (a < b ? -1 : 1);
}
