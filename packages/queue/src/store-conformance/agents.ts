import { deepEqual, equal, ok } from 'node:assert/strict';
import type { ConformanceCase, ConformanceContext } from './conformance-case.ts';
import { HOSTILE_IDS, identity, inbox, outbox, outgoing } from './samples.ts';

/** Agents: known by registration, and switched off and on by anybody. */
export const AGENTS: readonly ConformanceCase[] = [
  { name: 'agents: registered once, known everywhere, sorted', run: registers },
  { name: 'agents: at the same time by several stores', run: registersConcurrently },
  { name: 'agents: hostile names are stored and listed unchanged', run: registersHostile },
  { name: 'writers: whoever has an outbox', run: listsWriters },
  { name: 'pause: one agent, or all, until resumed, for every store', run: pauses },
  { name: 'pause: says who, when and why, and for whom', run: describesPauses },
  { name: 'watch: gives hints that can be stopped, or says that it has none', run: watches },
];

async function registers({ open }: ConformanceContext): Promise<void> {
  const [store, other] = [await open(), await open()];
  deepEqual(await store.agents(), []);
  equal(await store.isRegistered('b'), false);
  deepEqual([await store.registerAgent('b'), await store.registerAgent('b')], [true, false]);
  equal(await other.registerAgent('b'), false);
  equal(await other.registerAgent('a'), true);
  deepEqual([await store.isRegistered('a'), await other.isRegistered('B')], [true, false]);
  deepEqual(await store.agents(), [{ agentId: 'a' }, { agentId: 'b' }]);
}

async function registersConcurrently({ open }: ConformanceContext): Promise<void> {
  const stores = [await open(), await open()];
  const names = Array.from({ length: 20 }, (_, index) => `agent-${index}`).toSorted();
  await Promise.all(stores.flatMap((store) => names.map((name) => store.registerAgent(name))));
  for (const store of stores) {
    deepEqual(
      (await store.agents()).map(({ agentId }) => agentId),
      names,
    );
  }
}

async function registersHostile({ open }: ConformanceContext): Promise<void> {
  const [store, other] = [await open(), await open()];
  for (const [index, name] of HOSTILE_IDS.entries()) {
    equal(await store.registerAgent(name), true, name);
    const later = HOSTILE_IDS[index + 1];
    if (later !== undefined) equal(await store.isRegistered(later), false, later);
  }
  deepEqual(
    (await other.agents()).map(({ agentId }) => agentId),
    HOSTILE_IDS.toSorted(),
  );
  for (const name of HOSTILE_IDS) equal(await other.registerAgent(name), false, name);
}

async function listsWriters({ open }: ConformanceContext): Promise<void> {
  const [store, other] = [await open(), await open()];
  await store.publish(
    [
      outgoing(outbox('b'), identity('1')),
      outgoing(outbox('a'), identity('2')),
      outgoing(inbox('c'), identity('3')),
    ],
    { durability: 'none' },
  );
  deepEqual(await other.writers(), [{ agentId: 'a' }, { agentId: 'b' }]);
  // Whom mail was put into an inbox for is registered by that; who only writes is not.
  deepEqual(await other.agents(), [{ agentId: 'c' }]);
}

async function pauses({ open, clock }: ConformanceContext): Promise<void> {
  const [store, other] = [await open(), await open()];
  const states = async (): Promise<boolean[]> => {
    await clock.advance(1_000); // An engine may answer from memory for a moment.
    const answers: boolean[] = [];
    for (const each of [store, other])
      for (const id of ['a', 'A', '../a']) answers.push(await each.isPaused(id));
    return answers;
  };
  const record = { pausedAt: '2025-12-14T10:35:00.000Z', pausedBy: null, note: null };
  deepEqual(await states(), [false, false, false, false, false, false]);
  equal(await store.resume('a'), false);
  await store.pause({ agentId: 'a', ...record });
  await store.pause({ agentId: 'a', ...record });
  deepEqual(await states(), [true, false, false, true, false, false]);
  await other.pause({ agentId: null, ...record });
  deepEqual(await states(), [true, true, true, true, true, true]);
  deepEqual([await other.resume('a'), await store.resume('a')], [true, false]);
  deepEqual(await states(), [true, true, true, true, true, true]);
  deepEqual([await store.resume(null), await store.resume(null)], [true, false]);
  deepEqual(await states(), [false, false, false, false, false, false]);
}

async function describesPauses({ open }: ConformanceContext): Promise<void> {
  const [store, other] = [await open(), await open()];
  deepEqual(await store.pauses(), []);
  const pausedAt = '2025-12-14T10:35:00.000Z';
  for (const agentId of [...HOSTILE_IDS, 'all', null]) {
    const pause = { agentId, pausedAt, pausedBy: 'operator', note: `because of ${agentId}` };
    await store.pause(pause);
    deepEqual(await other.pauses(), [pause]);
    equal(await other.resume(agentId), true);
    deepEqual(await store.pauses(), []);
  }
  const first = { agentId: 'a', pausedAt, pausedBy: null, note: null };
  await store.pause(first);
  await other.pause({ ...first, note: 'newer' });
  deepEqual(await store.pauses(), [{ ...first, note: 'newer' }]);
}

async function watches({ open }: ConformanceContext): Promise<void> {
  const store = await open();
  await store.registerAgent('a');
  for (const box of [inbox('a'), outbox('a'), null]) {
    const stop = store.watch(box, () => undefined);
    ok(stop === null || typeof stop === 'function');
    stop?.();
    stop?.();
  }
}
