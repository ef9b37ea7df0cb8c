import { FaultyFileSystem } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { openQueue, reject, type Queue } from '../src/index.ts';
import { failOnLeaks } from './support/leaks.ts';
import { task } from './support/messages.ts';
import { place } from './support/place.ts';

failOnLeaks();

const NAMED = /reason cannot be read.*_bad_.*\.reason\.json/s;
const IDS = ['a', 'bad', 'c', 'd'];

/** Four dead letters, of which the reason of one gives EIO. */
async function withBadReason(root: string): Promise<Queue> {
  const fileSystem = new FaultyFileSystem();
  const mq = await openQueue({ root, agent: 'coder', retention: false, fileSystem });
  await mq.registerAgent('coder');
  for (const id of IDS) await mq.send(task({ message_id: id, task_id: id }));
  await mq.work({ task_assignment: () => reject('no') }, { untilEmpty: true }).done;
  fileSystem.fail({
    verb: 'read',
    path: /_bad_.*\.reason\.json$/,
    code: 'EIO',
    times: Number.POSITIVE_INFINITY,
  });
  return mq;
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of source) found.push(one);
  return found;
}

test('a reason that cannot be read is shown with its fault, and hides no other dead letter', async () => {
  await using here = await place();
  await using mq = await withBadReason(here.root);
  const letters = await all(mq.operations.deadLetters());
  expect(new Set(letters.map(({ entry }) => entry.messageId))).toEqual(new Set(IDS));
  for (const { entry, reason, reasonFault } of letters) {
    if (entry.messageId === 'bad') {
      expect(reason).toBeNull();
      expect(reasonFault).toMatch(/EIO/);
    } else expect({ code: reason?.code, reasonFault }).toEqual({ code: 'rejected', reasonFault: null });
  }
  const chosen = await all(mq.operations.deadLetters({ code: 'exhausted' }));
  expect(chosen.map(({ entry }) => entry.messageId)).toEqual(['bad']);
  const [report] = await mq.operations.find('bad');
  expect(report).toMatchObject({ reason: null, reasonFault: expect.stringMatching(/EIO/) });
});

test('the others are replayed; that one stays, and it is said why', async () => {
  await using here = await place();
  await using mq = await withBadReason(here.root);
  const preview = await all(mq.operations.replay());
  expect(preview.filter(({ outcome }) => outcome === 'replay')).toHaveLength(3);
  expect(preview.find(({ outcome }) => outcome === 'will_fail')).toMatchObject({
    messageId: 'bad',
    detail: expect.stringMatching(/reason cannot be read/),
  });
  const replayed: (string | null)[] = [];
  for await (const { messageId, outcome, detail } of mq.operations.replay({ dryRun: false })) {
    if (outcome === 'replayed') replayed.push(messageId);
    else expect([messageId, outcome, detail]).toEqual(['bad', 'will_fail', expect.stringMatching(NAMED)]);
  }
  expect(new Set(replayed)).toEqual(new Set(['a', 'c', 'd']));
  const left = await all(mq.operations.deadLetters());
  expect(left.map(({ entry }) => entry.messageId)).toEqual(['bad']);
});

test('a purge that chooses by reasons removes the others; of that one it cannot tell, so it stays, and it is said why', async () => {
  await using here = await place();
  await using mq = await withBadReason(here.root);
  const box = { kind: 'inbox', agentId: 'coder' } as const;
  const request = { box, state: 'dead', filter: { code: 'rejected' } } as const;
  for (const [dryRun, outcome] of [
    [true, 'purge'],
    [false, 'purged'],
  ] as const) {
    const steps = await all(mq.operations.purge({ ...request, dryRun }));
    const others = steps.filter((step) => step.messageId !== 'bad');
    expect(others.map((step) => step.outcome)).toEqual([outcome, outcome, outcome]);
    expect(steps.find(({ messageId }) => messageId === 'bad')).toMatchObject({
      outcome: 'unknown',
      reasonFault: expect.stringMatching(/_bad_.*\.reason\.json/s),
    });
  }
  const left = await all(mq.operations.deadLetters());
  expect(left.map(({ entry }) => entry.messageId)).toEqual(['bad']);
  const whoever = await all(mq.operations.purge({ box, state: 'dead', dryRun: false }));
  expect(whoever.map(({ messageId, outcome }) => [messageId, outcome])).toEqual([['bad', 'purged']]);
});
