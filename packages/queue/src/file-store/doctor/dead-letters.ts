import { join } from 'node:path';
import { MessageError } from '@tapps-agents/contracts';
import type { Finding } from '../../diagnosis.ts';
import { reasonDamage } from '../../reason-damage.ts';
import { readReasonAt } from '../entries.ts';
import { formatReason, parseReady } from '../names.ts';
import type { Round } from './round.ts';
import { counted, Tally } from './tally.ts';

/** Nobody looks at this many one by one. */
const MANY = 1_000;

/** Messages that were given up and wait for a person; and those whose reason is missing, or damaged. */
export async function checkDeadLetters(round: Round): Promise<Finding[]> {
  const dead = new Tally();
  const unexplained = new Tally();
  const damaged = new Tally();
  for await (const { box, directory } of round.boxes((kind) => round.disk.layout.deadBoxes(kind))) {
    let inBox = 0;
    for await (const { name, kind } of round.list(directory)) {
      if (kind !== 'file' || parseReady(name) === null) continue;
      inBox += 1;
      const path = join(directory, name);
      const wrong = await wrongWithReason(round, formatReason(path));
      // The two are renamed one after the other when a dead letter is replayed.
      if (wrong === null || (await round.status(path)) === null) continue;
      if (wrong === 'missing')
        unexplained.add(round.placeOf(path), 'there is no reason beside it', box.agentId);
      else damaged.add(round.placeOf(path), `the reason beside it is damaged: ${wrong.fault}`, box.agentId);
    }
    if (inBox > 0) dead.add(round.placeOf(directory), counted(inBox, 'dead letter'), box.agentId, inBox);
  }
  return [
    ...dead.found({
      code: 'dead_letters',
      severity: dead.count >= MANY ? 'error' : 'warning',
      text: `${counted(dead.count, 'dead letter')} waiting for somebody to look at them. They are kept until they are replayed or removed.`,
      mendable: false,
    }),
    ...unexplained.found({
      code: 'missing_reasons',
      severity: 'warning',
      text: `${counted(unexplained.count, 'dead letter')} without a reason. They can be replayed all the same.`,
      mendable: false,
    }),
    ...damaged.found({
      code: 'damaged_reasons',
      severity: 'warning',
      text: `${counted(damaged.count, 'dead letter')} with a damaged reason: why it died is lost, unless somebody has a copy of that file. They can be replayed all the same; what is left of the reason is then kept in the journal.`,
      mendable: false,
    }),
  ];
}

/** Null where there is nothing wrong, or nobody can tell, which is reported. */
async function wrongWithReason(
  round: Round,
  path: string,
): Promise<'missing' | { readonly fault: string } | null> {
  await round.breathe();
  try {
    return (await readReasonAt(round.disk, path)) === undefined ? 'missing' : null;
  } catch (error) {
    if (error instanceof MessageError) return { fault: reasonDamage(error) };
    round.report(error, path);
    return null;
  }
}
