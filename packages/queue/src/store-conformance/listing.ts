import { deepEqual, equal } from 'node:assert/strict';
import type { EntryFilter, Store } from '../store.ts';
import type { Box } from '../stored-message.ts';
import type { ConformanceCase, ConformanceContext } from './conformance-case.ts';
import { claimFrom, entriesOf, idsOf } from './observing.ts';
import { HOSTILE_IDS, identity, inbox, outbox, outgoing, reasonFor } from './samples.ts';

const NONE = { durability: 'none' } as const;
const STATES = ['ready', 'leased', 'dead', 'processed'] as const;

/** Listing: every message is found in its state, and only there. */
export const LISTING: readonly ConformanceCase[] = [
  { name: 'entries: of a store without messages there are none', run: listsNothing },
  { name: 'entries: each state, of one box and of all', run: listsStates },
  { name: 'entries: by the beginning of the id, in every state', run: listsByPrefix },
  { name: 'entries: processed ones by their task', run: listsByTask },
  { name: 'entries: many', run: listsMany },
  { name: 'unfinishedAmong: which ids are ready or leased in a box', run: tellsUnfinished },
];

async function listsNothing({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  await store.registerAgent('a');
  for (const state of STATES) {
    deepEqual(await entriesOf(store, { state }), []);
    deepEqual(await entriesOf(store, { state, box: inbox('a') }), []);
    deepEqual(await entriesOf(store, { state, box: inbox('nobody') }), []);
  }
  const task = { workflowId: 'w', taskId: 't' };
  deepEqual(await entriesOf(store, { state: 'processed', box: inbox('nobody'), task }), []);
}

async function listsStates({ open }: ConformanceContext): Promise<void> {
  const [store, other] = [await open(), await open()];
  const boxes = [inbox('a'), outbox('a'), inbox('A'), inbox('../../x')];
  for (const box of boxes) await fill(store, box, (state) => `${state}-${box.kind}`);
  for (const state of STATES) {
    const all = await entriesOf(other, { state });
    equal(all.length, boxes.length);
    for (const box of boxes) {
      const found = await entriesOf(other, { state, box });
      deepEqual(
        found.map((entry) => [entry.state, entry.box, entry.messageId]),
        [[state, box, `${state}-${box.kind}`]],
      );
      deepEqual(
        all.filter((entry) => entry.entryId === found[0]?.entryId),
        found,
      );
    }
  }
}

async function listsByPrefix({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  const long = `release.${'x'.repeat(300)}`;
  const ids: readonly string[] = [...HOSTILE_IDS, 'abc', 'abd', long, 'con-sole', 'under_score'];
  for (const [index, id] of ids.entries()) await fill(store, inbox(`agent-${index}`), () => id);
  const count = async (filter: EntryFilter): Promise<number> => (await entriesOf(store, filter)).length;
  // Of the longest ids an engine may keep no more than a beginning and a mark: that, and the whole id, must do.
  const prefixes = [
    'ab',
    'abc',
    'x',
    'xx',
    'A',
    '..',
    'con',
    'co',
    'under_',
    '🦊',
    'release.',
    'r',
    '%',
    '',
    long,
    'x'.repeat(300),
  ];
  for (const state of STATES) {
    for (const idPrefix of prefixes) {
      const expected = ids.filter((id) => id.startsWith(idPrefix)).length;
      equal(await count({ state, idPrefix }), expected, `${state} ${JSON.stringify(idPrefix)}`);
    }
    const box = inbox('agent-0');
    equal(await count({ state, box, idPrefix: '../' }), 1);
    equal(await count({ state, box, idPrefix: 'a' }), 0);
  }
}

async function listsByTask({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  const box = outbox('a');
  const tasks = ['t', 'T', '../t', 'x'.repeat(300)];
  for (const workflowId of ['w', 'W']) {
    for (const taskId of tasks) {
      await store.publish([outgoing(box, identity(`${workflowId}/${taskId.slice(0, 5)}`))], NONE);
      const claimed = await claimFrom(store.openBox(box));
      await store.ack(claimed, identity(claimed.entry.messageId ?? '', { workflowId, taskId }), NONE);
    }
  }
  for (const workflowId of ['w', 'W', 'v']) {
    for (const taskId of [...tasks, 'u']) {
      const found = await entriesOf(store, { state: 'processed', box, task: { workflowId, taskId } });
      const expected = workflowId === 'v' || taskId === 'u' ? [] : [`${workflowId}/${taskId.slice(0, 5)}`];
      deepEqual(
        found.map(({ messageId }) => messageId),
        expected,
      );
    }
  }
}

async function listsMany({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  const ids = Array.from({ length: 700 }, (_, index) => `m-${index}`);
  await store.publish(
    ids.map((id) => outgoing(inbox('a'), identity(id))),
    NONE,
  );
  const found = await entriesOf(store, { state: 'ready', box: inbox('a') });
  deepEqual(idsOf(found).toSorted(), ids.toSorted());
}

/** Puts one message in each state into a box. */
async function fill(store: Store, box: Box, idIn: (state: (typeof STATES)[number]) => string): Promise<void> {
  const reader = store.openBox(box);
  for (const state of ['processed', 'dead', 'leased', 'ready'] as const) {
    const of = identity(idIn(state));
    await store.publish([outgoing(box, of)], NONE);
    if (state === 'ready') continue;
    const claimed = await claimFrom(reader);
    if (state === 'processed') await store.ack(claimed, of, NONE);
    if (state === 'dead') await store.quarantine(claimed, reasonFor(claimed.entry));
  }
}

async function tellsUnfinished({ open }: ConformanceContext): Promise<void> {
  const [store, other] = [await open(), await open()];
  const ids = [...HOSTILE_IDS, `release_${'X'.repeat(300)}`];
  const sought = new Set(['never there', ...STATES.flatMap((state) => ids.map((id) => `${state} ${id}`))]);
  for (const [index, id] of ids.entries()) {
    await fill(store, inbox(`agent-${index}`), (state) => `${state} ${id}`);
    const found = await other.unfinishedAmong(inbox(`agent-${index}`), sought);
    deepEqual([...found].toSorted(), [`leased ${id}`, `ready ${id}`]);
  }
  deepEqual([...(await other.unfinishedAmong(inbox('b'), sought))], []);
  deepEqual([...(await other.unfinishedAmong(inbox('agent-0'), new Set()))], []);
}
