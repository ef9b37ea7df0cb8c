import { expect, it } from 'vitest';
import { DeadLetterGroups } from '../src/history/dead-letter-groups.ts';
import { letter } from './support/watch-look.ts';

it('shows one example of what several died of, also where each names itself in its reason', () => {
  const groups = new DeadLetterGroups();
  for (const id of ['a-1', 'a-2', 'a-3', 'a-4'])
    groups.add(letter(id, 'exhausted', `The handler of message ${id} did not finish within 1000 ms.`));
  groups.add(letter('b-1', 'exhausted', 'no such file: a.ts'));
  groups.add(letter('c-1', 'rejected', 'not my job'));
  const examples = groups
    .groups()
    .map((group) => [group.code, group.count, group.examples.map(({ entry }) => entry.messageId)]);
  expect(examples).toEqual([
    ['exhausted', 5, ['a-1', 'b-1']],
    ['rejected', 1, ['c-1']],
  ]);
});
