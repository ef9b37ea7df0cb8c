import type { Failure, Message } from '@tapps-agents/contracts';
import { limitsFor } from '../backoff.ts';
import type { Core } from '../core.ts';
import { failedTooOften, type GivingUp } from './giving-up.ts';
import type { Box, Counters, Entry } from '../stored-message.ts';

/**
 * Whether a delivery before this one ended without a word: it was neither counted as a failure nor handed back. Only then can
 * the journal know of a failure that the header does not.
 */
export function mayHaveUnsaidEnding(counters: Counters): boolean {
  // The journal does not tell in which run something failed.
  return counters.run === 0 && lostDeliveries(counters) > 0;
}

/** Deliveries before this one that are neither failures nor releases by the header. */
function lostDeliveries({ deliveries, failures, releases }: Counters): number {
  return deliveries - releases - failures - 1;
}

/**
 * Why a message is given up without another run of its handler: the handler had rejected it, or failed for the last time, and its
 * process died before the message was put aside. Whoever waits for it may have been told that it failed, and must not hear the
 * contrary. The failure was written down before that was said. Null where there is none, or it cannot be read.
 *
 * A failure counts only beside a `lost` of the same delivery and owner, and only where all lost deliveries that the header knows
 * of are told: what was put aside, and then moved or sent here again under the same id, has one that is not, or has others of its own.
 * So the failures of an earlier file say nothing about this one, as long as each takeover writes its `lost`; one that died before
 * it did leaves the message to its handler.
 */
export async function unsaidEnding(core: Core, entry: Entry, message: Message): Promise<GivingUp | null> {
  let failed: readonly Failure[];
  try {
    failed = await unsaidFailures(core, entry, message.message_id);
  } catch (error) {
    core.events.report(error);
    return null;
  }
  const rejected = failed.find(({ kind }) => kind === 'rejected');
  const count = entry.failures + new Set(failed.map(deliveryOf)).size;
  if (rejected !== undefined)
    return { code: 'rejected', reason: rejected.error.message, failures: entry.failures + 1 };
  const last = failed.at(-1);
  if (last === undefined || count <= limitsFor(message, core.retry).maxRetries) return null;
  return { code: 'exhausted', reason: failedTooOften(count, last), failures: count };
}

/** What handlers said in deliveries that were then lost. */
async function unsaidFailures(core: Core, entry: Entry, messageId: string): Promise<readonly Failure[]> {
  const failures = await failuresOfThisRound(core, entry.box, messageId);
  const lost = new Map<string, number>();
  for (const failure of failures.toReversed()) {
    if (lost.size === lostDeliveries(entry)) break;
    if (failure.kind === 'lost') lost.set(deliveryOf(failure), failure.delivery);
  }
  // Each number is given to one delivery of a file, and none is given again while it goes round.
  const numbers = new Set([...lost.values()].filter((delivery) => delivery < entry.deliveries));
  if (numbers.size < lostDeliveries(entry)) return [];
  return failures.filter((failure) => failure.kind !== 'lost' && lost.has(deliveryOf(failure)));
}

/** What was written down since it was last brought back; of what was before, the reason of each of its deaths tells. */
async function failuresOfThisRound(core: Core, box: Box, messageId: string): Promise<readonly Failure[]> {
  const journal = core.store.journal(box, messageId);
  const failures = await journal.failures();
  if (failures.every(({ kind }) => kind === 'lost')) return [];
  const deaths = await journal.deaths();
  // One that cannot be read is of a round that nobody can tell from this one.
  if (deaths.length < (await journal.replays())) return [];
  const told = new Set(deaths.flatMap(({ history }) => history.map(keyOf)));
  return failures.filter((failure) => !told.has(keyOf(failure)));
}

function keyOf({ kind, delivery, owner, at }: Failure): string {
  return JSON.stringify([kind, delivery, owner, at]);
}

/** One delivery may have written down several: its failure twice, where it could not be put back at first, and that it was lost. */
function deliveryOf({ delivery, owner }: Failure): string {
  return `${delivery}~${owner}`;
}
