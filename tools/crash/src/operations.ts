import type { Operation } from './operation.ts';
import { adopting } from './operations/adopting.ts';
import { byHand } from './operations/by-hand.ts';
import { consuming } from './operations/consuming.ts';
import { deadLetters } from './operations/dead-letters.ts';
import { mutexes } from './operations/mutexes.ts';
import { opening } from './operations/opening.ts';
import { owners } from './operations/owners.ts';
import { publishing } from './operations/publishing.ts';
import { retaining } from './operations/retaining.ts';
import { settling } from './operations/settling.ts';

/** Every operation whose calls are counted, in the order of a message's life. */
export const operations: readonly Operation[] = [
  ...opening,
  ...adopting,
  ...publishing,
  ...consuming,
  ...settling,
  ...byHand,
  ...deadLetters,
  ...owners.counted,
  ...retaining,
  ...mutexes.counted,
];

const all = new Map(
  [...operations, ...owners.left, ...mutexes.left].map((operation) => [operation.name, operation]),
);

/** The operation of this name; those that only leave something behind have one too. */
export function operationNamed(name: string): Operation {
  const operation = all.get(name);
  if (operation === undefined)
    throw new Error(`There is no operation ${name}: ${[...all.keys()].join(', ')}`);
  return operation;
}
