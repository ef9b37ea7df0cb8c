import type { Failure, Message } from '@tapps-agents/contracts';
import { limitsFor } from '../backoff.ts';
import type { Core } from '../core.ts';
import { failedTooOften, type GivingUp } from './giving-up.ts';
import type { Box, Counters, Entry } from '../stored-message.ts';

/**
 * Whether a delivery before this one ended without a word: it was neither counted as a failure nor handed back. Only then can
 * the journal know of a failure that the header does not.
 */
export function mayHaveUnsaidEnding({ deliveries, failures, releases, run }: Counters): boolean {
  // The journal does not tell in which run something failed.
  return run === 0 && deliveries - releases > failures + 1;
}

/**
 * Why a message is given up without another run of its handler: the handler had rejected it, or failed for the last time, and its
 * process died before the message was put aside. Whoever waits for it may have been told that it failed, and must not hear the
 * contrary. The failure was written down before that was said. Null where there is none, or it cannot be read.
 */
export async function unsaidEnding(core: Core, entry: Entry, message: Message): Promise<GivingUp | null> {
  let failed: readonly Failure[];
  try {
    failed = await failuresOfThisRound(core, entry.box, message.message_id);
  } catch (error) {
    core.events.report(error);
    return null;
  }
  const rejected = failed.find(({ kind }) => kind === 'rejected');
  if (rejected !== undefined)
    return { code: 'rejected', reason: rejected.error.message, failures: entry.failures + 1 };
  const [last, count] = [failed.at(-1), distinctDeliveries(failed)];
  if (last === undefined || count <= entry.failures) return null;
  if (count <= limitsFor(message, core.retry).maxRetries) return null;
  return { code: 'exhausted', reason: failedTooOften(count, last), failures: count };
}

/** What its handlers did since it was last brought back; of what they did before, the reason of each of its deaths tells. */
async function failuresOfThisRound(core: Core, box: Box, messageId: string): Promise<readonly Failure[]> {
  const journal = core.store.journal(box, messageId);
  const failed = (await journal.failures()).filter(({ kind }) => kind !== 'lost');
  if (failed.length === 0) return [];
  const deaths = await journal.deaths();
  // One that cannot be read is of a round that nobody can tell from this one.
  if (deaths.length < (await journal.replays())) return [];
  const told = new Set(deaths.flatMap(({ history }) => history.map(keyOf)));
  return failed.filter((failure) => !told.has(keyOf(failure)));
}

function keyOf({ kind, delivery, owner, at }: Failure): string {
  return JSON.stringify([kind, delivery, owner, at]);
}

/** One that could not be put back at first was perhaps written down twice. */
function distinctDeliveries(failed: readonly Failure[]): number {
  return new Set(failed.map(({ delivery, owner }) => `${delivery}~${owner}`)).size;
}
