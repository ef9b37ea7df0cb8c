import type { Finding } from '../../diagnosis.ts';
import type { Box } from '../../stored-message.ts';
import { parseReady } from '../names.ts';
import type { Round } from './round.ts';
import { counted, lengthOf, Tally } from './tally.ts';

/** Somebody may just be starting the worker. */
const PATIENCE_MS = 60_000;

/**
 * Inboxes with mail that nobody has ever handled anything from: an agent that was never started, or whose name was mistyped
 * when it was registered. The directories of its ledger and of its dead letters outlive what was in them.
 */
export async function checkDrained(round: Round): Promise<Finding[]> {
  const { layout } = round.disk;
  const found = new Tally();
  for await (const { box, directory } of round.boxes((kind) => layout.boxes(kind))) {
    if (box.kind !== 'inbox' || (await wasEverDrained(round, box))) continue;
    let waiting = 0;
    let oldest_ms = Number.POSITIVE_INFINITY;
    for await (const { name: fileName } of round.list(directory)) {
      const name = parseReady(fileName);
      if (name === null) continue;
      waiting += 1;
      oldest_ms = Math.min(oldest_ms, name.createdAt_ms);
    }
    const age_ms = round.disk.clock.now() - oldest_ms;
    if (waiting === 0 || age_ms < PATIENCE_MS) continue;
    const detail = `${counted(waiting, 'message')}, the oldest sent ${lengthOf(age_ms)} ago`;
    found.add(round.placeOf(directory), detail, box.agentId);
  }
  return found.found({
    code: 'never_drained',
    severity: 'warning',
    text: `${counted(found.count, 'agent')} with mail that nobody has ever handled anything of. Start a worker, or look for a mistyped name.`,
    mendable: false,
  });
}

async function wasEverDrained(round: Round, box: Box): Promise<boolean> {
  const { layout } = round.disk;
  for (const directory of [layout.processed(box), layout.dead(box), layout.journalsOf(box)]) {
    if ((await round.status(directory)) !== null) return true;
  }
  for await (const _lease of round.list(layout.leases(box))) return true;
  return false;
}
