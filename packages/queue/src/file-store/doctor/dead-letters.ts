import { join } from 'node:path';
import type { Finding } from '../../diagnosis.ts';
import { formatReason, parseReady } from '../names.ts';
import type { Round } from './round.ts';
import { counted, Tally } from './tally.ts';

/** Nobody looks at this many one by one. */
const MANY = 1_000;

/** Messages that were given up and wait for a person; and those whose reason is missing. */
export async function checkDeadLetters(round: Round): Promise<Finding[]> {
  const dead = new Tally();
  const unexplained = new Tally();
  for await (const { box, directory } of round.boxes((kind) => round.disk.layout.deadBoxes(kind))) {
    let inBox = 0;
    for await (const { name, kind } of round.list(directory)) {
      if (kind !== 'file' || parseReady(name) === null) continue;
      inBox += 1;
      const path = join(directory, name);
      if ((await round.status(formatReason(path))) !== null) continue;
      // The two are renamed one after the other when a dead letter is replayed.
      if ((await round.status(path)) === null) continue;
      unexplained.add(round.placeOf(path), 'there is no reason beside it', box.agentId);
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
  ];
}
