import { join } from 'node:path';
import type { Finding } from '../../diagnosis.ts';
import type { Box } from '../../stored-message.ts';
import { isForeignMessage, parseReady } from '../names.ts';
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
    let age_ms = 0;
    for await (const { name, kind } of round.list(directory)) {
      const own_ms = kind === 'file' ? await ageOf(round, directory, name) : null;
      if (own_ms === null) continue;
      waiting += 1;
      age_ms = Math.max(age_ms, own_ms);
    }
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

/** Of a message, by its name, or where that is another writer's by its file's time; null for what is none, or is gone. */
async function ageOf(round: Round, directory: string, name: string): Promise<number | null> {
  const ready = parseReady(name);
  if (ready !== null) return round.disk.clock.now() - ready.createdAt_ms;
  if (!isForeignMessage(name)) return null;
  const status = await round.status(join(directory, name));
  return status === null ? null : round.age_ms(status);
}

async function wasEverDrained(round: Round, box: Box): Promise<boolean> {
  const { layout } = round.disk;
  for (const directory of [layout.processed(box), layout.dead(box), layout.journalsOf(box)]) {
    if ((await round.status(directory)) !== null) return true;
  }
  for await (const _lease of round.list(layout.leases(box))) return true;
  return false;
}
