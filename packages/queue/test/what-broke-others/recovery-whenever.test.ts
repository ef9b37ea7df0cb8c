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
import { listed, place } from '../support/place.ts';
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

/** A message is claimed by a process, and that is killed; `watcher` was there all the time. */
async function killedHolder(
  root: string,
  clock: ManualClock,
): Promise<{ readonly watcher: Queue; readonly pid: number }> {
  const watcher = await openQueue({ root, agent: 'coder', retention: false, clock });
  await watcher.registerAgent('coder');
  await watcher.send(task({ message_id: 'm' }));
  await using victim = await startChild('agent-program.ts', {
    job: 'hold',
    root,
    agent: 'coder',
    lease: '30s',
  });
  expect(await victim.next()).toEqual({ id: 'm', deliveries: 1 });
  expect(await watcher.store.recover(INBOX)).toEqual([]); // It sees the holder alive.
  victim.kill('SIGKILL');
  expect(await victim.exited).toBe('SIGKILL');
  return { watcher, pid: victim.pid };
}

/** Makes the record of the holder one of another computer, of which nothing can be proved. */
function moveHolderAway(root: string): void {
  const name = listed(join(root, 'locks/owners')).find((each) => each.endsWith('.json')) ?? '';
  const path = join(root, 'locks/owners', name);
  const record = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...record, host: 'another-computer' }));
}

test.for(DELAYS_MS)(
  'what a killed process held is taken back %d ms later, at the first look, by who watched and by who came later',
  { timeout: 60_000 },
  async (delay_ms, { skip }) => {
    skip(!provesDeath, NO_PROOF);
    for (const comesLater of [false, true]) {
      await using here = await place();
      const clock = new ManualClock({ now_ms: Date.now() });
      const { watcher, pid } = await killedHolder(here.root, clock);
      await using _watcher = watcher;
      clock.freeze(delay_ms);
      await using newcomer = await openQueue({ root: here.root, agent: 'coder', retention: false, clock });
      const recovered = await (comesLater ? newcomer : watcher).store.recover(INBOX);
      expect(recovered).toMatchObject([
        { entry: { messageId: 'm', deliveries: 1 }, holder: { pid, state: 'dead' } },
      ]);
    }
  },
);

test.each(DELAYS_MS)(
  'where nothing proves the death, a look %d ms later begins the wait of one lease, and it ends',
  async (delay_ms) => {
    await using here = await place();
    const clock = new ManualClock({ now_ms: Date.now() });
    const { watcher } = await killedHolder(here.root, clock);
    await using _watcher = watcher;
    moveHolderAway(here.root);
    clock.freeze(delay_ms);
    await using newcomer = await openQueue({ root: here.root, agent: 'coder', retention: false, clock });
    for (let waited_ms = 0; waited_ms < 37_500; waited_ms += 7_500) {
      expect(await newcomer.store.recover(INBOX)).toEqual([]);
      clock.freeze(7_500);
    }
    expect(await newcomer.store.recover(INBOX)).toMatchObject([
      { entry: { messageId: 'm', deliveries: 1 }, holder: { state: 'dead' } },
    ]);
    expect(await run(clock, workUntilEmpty(newcomer))).toEqual(['m']);
  },
  60_000,
);

test('a worker does it by itself: what a killed process held is handled', async ({ skip }) => {
  skip(!provesDeath, NO_PROOF);
  await using here = await place();
  const { watcher } = await killedHolder(here.root, new ManualClock({ now_ms: Date.now() }));
  await using _watcher = watcher;
  await using worker = await openQueue({ root: here.root, agent: 'coder', retention: false });
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
    for (const [delay_ms, recovered] of [
      [500, recoveredSoon],
      [4_000, 0],
    ] as const) {
      await using here = await place();
      const clock = new ManualClock({ now_ms: Date.now() });
      const { watcher } = await killedHolder(here.root, clock);
      await using _watcher = watcher;
      const killed_ms = clock.now();
      clock.freeze(delay_ms);
      const fileSystem = recoveredWhile(() => clock.now() - killed_ms < works_ms)(nodeFileSystem());
      const options = { root: here.root, agent: 'coder', retention: false, clock, fileSystem } as const;
      await using newcomer = await openQueue(options);
      expect(await newcomer.store.recover(INBOX)).toHaveLength(recovered);
    }
  },
);
