import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { nodeFileSystem } from '@tapps-agents/fs-atomic';
import { openQueue, type Box, type Queue } from '../../src/index.ts';
import { recoveredWhile } from '../support/faults-of-others.ts';
import { startChild } from '../support/children.ts';
import { failOnLeaks } from '../support/leaks.ts';
import { task } from '../support/messages.ts';
import { listed, place, type Place } from '../support/place.ts';
import { sorted } from '../support/sorted.ts';
import { workUntilEmpty } from '../support/work.ts';
import { run } from '../support-behaviour.ts';

/*
 * Elsewhere, a message that a dead process had claimed was never looked for again. And elsewhere again, recovery worked half a
 * second after the kill and not four seconds after: it asked how old something was, and there was an age past which
 * nothing matched.
 *
 * Here recovery asks nothing of the kind. Whoever uses a box looks at its leases, whenever that is; the holder's record tells
 * whether it is provably dead, and where that cannot be told, its standing still for a lease does.
 */

failOnLeaks();

const provesDeath = process.platform === 'linux' || process.platform === 'win32';
const NO_PROOF = 'only Linux and Windows prove that a process is dead';

const INBOX: Box = { kind: 'inbox', agentId: 'coder' };
const DELAYS_MS = [0, 500, 4_000, 60_000, 86_400_000, 3_650 * 86_400_000];

/** A messages directory with one message, and a queue that watches it from the beginning. */
interface Watched {
  readonly root: string;
  readonly clock: ManualClock;
  readonly watcher: Queue;
}

/** Makes so many of them. */
async function watchedQueues(count: number): Promise<{ readonly all: readonly Watched[] } & AsyncDisposable> {
  const places: Place[] = [];
  const all: Watched[] = [];
  for (let index = 0; index < count; index += 1) {
    const here = await place();
    places.push(here);
    const clock = new ManualClock({ now_ms: Date.now() });
    const watcher = await openQueue({ root: here.root, agent: 'coder', retention: false, clock });
    all.push({ root: here.root, clock, watcher });
    await watcher.registerAgent('coder');
    await watcher.send(task({ message_id: 'm' }));
  }
  return {
    all,
    async [Symbol.asyncDispose]() {
      for (const { watcher } of all) await watcher.close();
      for (const here of places) await here[Symbol.asyncDispose]();
    },
  };
}

/** All their messages are claimed by one process, and that is killed; returns its id. */
async function claimedAndKilled(all: readonly Watched[]): Promise<number> {
  const roots = all.map(({ root }) => root);
  const [root, ...more] = roots;
  const settings = { job: 'holdAll', root, more, agent: 'coder', lease: '30s' };
  await using victim = await startChild('agent-program.ts', settings);
  const said = [];
  for (const _ of roots) said.push(await victim.next());
  expect(sorted(said)).toEqual(sorted(roots.map((each) => ({ root: each, id: 'm', deliveries: 1 }))));
  // They see the holder alive.
  for (const { watcher } of all) expect(await watcher.store.recover(INBOX)).toEqual([]);
  victim.kill('SIGKILL');
  expect(await victim.exited).toBe('SIGKILL');
  return victim.pid;
}

/** Makes the record of the holder one of another computer, of which nothing can be proved. */
function moveHolderAway(root: string): void {
  const name = listed(join(root, 'locks/owners')).find((each) => each.endsWith('.json')) ?? '';
  const path = join(root, 'locks/owners', name);
  const record = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...record, host: 'another-computer' }));
}

test('what a killed process held is taken back at the first look, whenever that is, by who watched and by who came later', async ({
  skip,
}) => {
  skip(!provesDeath, NO_PROOF);
  const looks = DELAYS_MS.flatMap((delay_ms) =>
    [false, true].map((comesLater) => ({ delay_ms, comesLater })),
  );
  await using watched = await watchedQueues(looks.length);
  const pid = await claimedAndKilled(watched.all);
  for (const [index, { root, clock, watcher }] of watched.all.entries()) {
    const { delay_ms = 0, comesLater } = looks[index] ?? {};
    clock.freeze(delay_ms);
    await using newcomer = await openQueue({ root, agent: 'coder', retention: false, clock });
    const recovered = await (comesLater === true ? newcomer : watcher).store.recover(INBOX);
    expect(recovered, JSON.stringify(looks[index])).toMatchObject([
      { entry: { messageId: 'm', deliveries: 1 }, holder: { pid, state: 'dead' } },
    ]);
  }
}, 60_000);

test('where nothing proves the death, a look begins the wait of one lease, whenever that is, and it ends', async () => {
  await using watched = await watchedQueues(DELAYS_MS.length);
  await claimedAndKilled(watched.all);
  for (const [index, { root, clock }] of watched.all.entries()) {
    const delay_ms = DELAYS_MS[index] ?? 0;
    moveHolderAway(root);
    clock.freeze(delay_ms);
    await using newcomer = await openQueue({ root, agent: 'coder', retention: false, clock });
    for (let waited_ms = 0; waited_ms < 37_500; waited_ms += 7_500) {
      const early = await newcomer.store.recover(INBOX);
      expect(early, `${delay_ms} ms later, after ${waited_ms} ms`).toEqual([]);
      clock.freeze(7_500);
    }
    expect(await newcomer.store.recover(INBOX), `${delay_ms} ms later`).toMatchObject([
      { entry: { messageId: 'm', deliveries: 1 }, holder: { state: 'dead' } },
    ]);
    expect(await run(clock, workUntilEmpty(newcomer)), `${delay_ms} ms later`).toEqual(['m']);
  }
}, 60_000);

test('a worker does it by itself: what a killed process held is handled', async ({ skip }) => {
  skip(!provesDeath, NO_PROOF);
  await using watched = await watchedQueues(1);
  await claimedAndKilled(watched.all);
  await using worker = await openQueue({
    root: watched.all[0]?.root ?? '',
    agent: 'coder',
    retention: false,
  });
  expect(await workUntilEmpty(worker)).toEqual(['m']);
}, 60_000);

test.for([
  ['that never takes anything back', 0, 0],
  ['that works 0.5 s after the kill and not 4 s after', 2_000, 1],
] as const)(
  'the same notices a recovery %s',
  { timeout: 60_000 },
  async ([, works_ms, recoveredSoon], { skip }) => {
    skip(!provesDeath, NO_PROOF);
    const looks = [
      [500, recoveredSoon],
      [4_000, 0],
    ] as const;
    await using watched = await watchedQueues(looks.length);
    await claimedAndKilled(watched.all);
    for (const [index, { root, clock }] of watched.all.entries()) {
      const [delay_ms, recovered] = looks[index] ?? [0, 0];
      const killed_ms = clock.now();
      clock.freeze(delay_ms);
      const fileSystem = recoveredWhile(() => clock.now() - killed_ms < works_ms)(nodeFileSystem());
      const options = { root, agent: 'coder', retention: false, clock, fileSystem } as const;
      await using newcomer = await openQueue(options);
      expect(await newcomer.store.recover(INBOX), `${delay_ms} ms later`).toHaveLength(recovered);
    }
  },
);
