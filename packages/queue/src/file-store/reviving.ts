import { join } from 'node:path';
import { moveMany } from '@tapps-agents/fs-atomic';
import type { Revival, RevivalTrace } from '../store.ts';
import { exists, statusOf, writing, type Disk } from './disk.ts';
import { pathOf } from './entry.ts';
import { FileJournal } from './journal.ts';
import { formatReady, formatReason, MAX_COUNTER, parseReady, type Name } from './names.ts';
import { newNonce, nonceOfOperation } from './nonce.ts';

/**
 * Puts dead messages back into their boxes, or others: all of them are renamed, then each directory is flushed once, then
 * their reasons go to their journals, each in the box that the message goes to: what is known of it goes along with it. False
 * for one that somebody else moved first.
 *
 * The reason of a message that is gone goes to the journal all the same: whoever moved it may have been killed before it came
 * to that, and where it is still at it, it finds the reason kept. Under the nonce of this operation only what it moved itself.
 */
export async function reviveMany(
  disk: Disk,
  revivals: readonly Revival[],
  options: { readonly resetCounters: boolean },
): Promise<readonly PromiseSettledResult<boolean>[]> {
  const prepared = revivals.map((revival) => preparedMove(disk, revival, options.resetCounters));
  const moves = prepared.flatMap((one) => one ?? []);
  const results = await moveMany(moves, writing(disk, 'full'));
  const outcomes = new Map(moves.map((move, index) => [move, results[index]]));
  for (const move of moves) {
    const outcome = outcomes.get(move);
    if (outcome?.status !== 'fulfilled') continue;
    try {
      const isOurs = outcome.value || (await exists(disk, move.to));
      const journal = FileJournal.bySegment(disk, move.box, move.id);
      await journal.keepReason(formatReason(move.from), isOurs ? move.nonce : newNonce());
    } catch (reason) {
      outcomes.set(move, { status: 'rejected', reason });
    }
  }
  return prepared.map((move) => {
    const outcome = move === null ? undefined : outcomes.get(move);
    return outcome ?? { status: 'fulfilled', value: false };
  });
}

/** That this operation revived or superseded it: it lies where only this operation puts it, or its journal has what is kept of it. */
export async function traceOfRevival(
  disk: Disk,
  revival: Revival & { readonly operation: string },
  { resetCounters }: { readonly resetCounters: boolean },
): Promise<RevivalTrace | null> {
  const move = preparedMove(disk, revival, resetCounters);
  if (move === null) return null;
  const moved = await statusOf(disk, move.to);
  if (moved !== null) return { at_ms: moved.changed_ms ?? null, isMove: true };
  const kept =
    (await FileJournal.bySegment(disk, move.box, move.id).kept(move.nonce)) ??
    // Who is superseded stays in the journal of the box it died in; there earlier versions kept the reason of what went elsewhere, too.
    (await FileJournal.bySegment(disk, revival.entry.box, move.id).kept(move.nonce));
  return kept === null ? null : { ...kept, isMove: false };
}

/** Null for what is no name of a message: no such file is ever dead. */
function preparedMove(disk: Disk, { entry, box, run, operation }: Revival, resetCounters: boolean) {
  const fileName = entry.entryId.slice(entry.entryId.lastIndexOf('/') + 1);
  const name = parseReady(fileName);
  if (name === null) return null;
  const nonce = operation === undefined ? newNonce() : nonceOfOperation(operation, fileName);
  const revived: Name = {
    ...name,
    ...(resetCounters ? forgiven(name) : { failures: failuresOf(name, entry) }),
    run: run ?? name.run,
    readyAt_ms: null,
    expiresAt_ms: null,
    nonce,
  };
  const target = box ?? entry.box;
  const to = join(disk.layout.box(target), formatReady(revived));
  return { from: pathOf(disk, entry), to, box: target, id: name.id, nonce };
}

/** The name was made before its last delivery failed; whoever has read its reason knows of that failure too. */
function failuresOf({ failures: inName }: Name, { failures }: Revival['entry']): number {
  return Math.min(Math.max(inName, failures), MAX_COUNTER);
}

/** Deliveries are the fencing token, so they are not counted anew but forgiven, as long as there is room to count on. */
function forgiven({ deliveries }: Name): Pick<Name, 'deliveries' | 'failures' | 'releases'> {
  const isNearTheEnd = deliveries > MAX_COUNTER / 2;
  return isNearTheEnd
    ? { deliveries: 0, failures: 0, releases: 0 }
    : { deliveries, failures: 0, releases: deliveries };
}
