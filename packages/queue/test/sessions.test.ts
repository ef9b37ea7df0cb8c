import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { FaultyFileSystem, ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { openQueue, type Box } from '../src/index.ts';
import { failOnLeaks } from './support/leaks.ts';
import { identity, reasonFor } from '../src/store-conformance/samples.ts';
import { counts, task } from './support/messages.ts';
import { listed, place } from './support/place.ts';
import { workUntilEmpty } from './support/work.ts';

failOnLeaks();

const INBOX: Box = { kind: 'inbox', agentId: 'coder' };

test('of several claims that find the session ended, one opens the next; closing leaves none', async () => {
  await using here = await place();
  const clock = new ManualClock();
  const mq = await openQueue({ root: here.root, agent: 'coder', retention: false, clock });
  const owners = join(here.root, 'locks/owners');
  const records = (): string[] => listed(owners).filter((name) => name.endsWith('.json'));
  await mq.registerAgent('coder');
  await mq.sendMany(
    ['a', 'b', 'c', 'd', 'e'].map((id) => task({ message_id: id })),
    { durability: 'none' },
  );
  const readers = [0, 1, 2, 3].map(() => mq.store.openBox(INBOX));
  await readers[0]!.claim();
  for (const name of records()) rmSync(join(owners, name)); // As others do that think it dead.
  clock.freeze(30_000);
  await expect(readers[0]!.claim()).rejects.toMatchObject({ code: 'ERR_SESSION_LOST' });
  expect(await Promise.all(readers.map(async (reader) => await reader.claim()))).toMatchObject(
    readers.map(() => ({ kind: 'claimed' })),
  );
  expect(records()).toHaveLength(1);
  await mq.close();
  expect(listed(owners)).toEqual([]);
});

test('a session whose heartbeats failed is given up, and what it held can be had at once', async () => {
  await using here = await place();
  const clock = new ManualClock();
  const fileSystem = new FaultyFileSystem();
  await using mq = await openQueue({ root: here.root, agent: 'coder', retention: false, clock, fileSystem });
  mq.events.on('error', () => {});
  await mq.registerAgent('coder');
  await mq.sendMany(
    ['a', 'b'].map((id) => task({ message_id: id })),
    { durability: 'none' },
  );
  const reader = mq.store.openBox(INBOX);
  const first = await reader.claim();
  const mend = fileSystem.fail({ verb: 'touch', code: 'EIO', times: Number.POSITIVE_INFINITY });
  await clock.advance(31_000);
  mend();
  expect(first).toMatchObject({ kind: 'claimed', claimed: { signal: { aborted: true } } });
  expect(await reader.claim()).toMatchObject({ kind: 'claimed', claimed: { entry: { messageId: 'b' } } });
  expect(await mq.store.recover(INBOX)).toMatchObject([
    { entry: { messageId: 'a' }, holder: { state: 'absent' } },
  ]);
});

test.each(['ack', 'release', 'quarantine', 'renew'] as const)(
  'a process that slept past its lease learns it before it can %s, also while its lease is still in place',
  async (verb) => {
    await using here = await place();
    const clock = new ManualClock();
    const mq = await openQueue({ root: here.root, agent: 'coder', retention: false, clock });
    await mq.registerAgent('coder');
    await mq.send(task({ message_id: 'm' }));
    const result = await mq.store.openBox(INBOX).claim();
    const [claimed] = result.kind === 'claimed' ? [result.claimed] : [];
    const owners = join(here.root, 'locks/owners');
    for (const name of listed(owners).filter((one) => one.endsWith('.json'))) rmSync(join(owners, name));
    clock.freeze(30_000); // Whoever ended its session is about to take back what it held.
    const { store } = mq;
    const acting = {
      ack: () => store.ack(claimed!, identity('m'), { durability: 'none' }),
      release: () => store.release(claimed!, { readyAt_ms: null, counts: 'release' }),
      quarantine: () => store.quarantine(claimed!, reasonFor(claimed!.entry)),
      renew: () => store.renew(claimed!),
    };
    await expect(acting[verb]()).rejects.toMatchObject({ code: 'ERR_LEASE_LOST' });
    expect(await counts(mq)).toMatchObject({ leased: 1, ready: 0, dead: 0 });
    // As it was: one that is handed back counts as a release.
    expect(await store.recover(INBOX)).toMatchObject([
      { entry: { messageId: 'm', deliveries: 1, releases: 0 } },
    ]);
    await mq.close();
  },
);

test('a closed queue opens no session any more', async () => {
  await using here = await place();
  const mq = await openQueue({ root: here.root, agent: 'coder', retention: false });
  await mq.registerAgent('coder');
  await mq.send(task());
  await mq.close();
  await expect(mq.store.openBox(INBOX).claim()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  await expect(mq.operations.retain()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  expect(listed(join(here.root, 'locks/owners'))).toEqual([]);
});

test('many handlers, requests and retries at once cause no warning', async () => {
  await using here = await place();
  await using mq = await openQueue({ root: here.root, agent: 'coder', retention: false });
  await using boss = await openQueue({ root: here.root, agent: 'boss', retention: false });
  await mq.registerAgent('coder');
  const warnings: unknown[] = [];
  const note = (warning: unknown): void => void warnings.push(warning);
  process.on('warning', note);
  const tasks = Array.from({ length: 30 }, (_, index) => task({ task_id: `t${index}` }));
  const answers = tasks.map((one) => boss.request(one, { durability: 'none' }));
  let running = 0;
  let allRun: (() => void) | undefined;
  const together = new Promise<void>((resolve) => {
    allRun = resolve;
  });
  await using worker = mq.work(
    {
      task_assignment: async () => {
        running += 1;
        if (running === 30) allRun?.();
        await together;
      },
    },
    { concurrency: 30 },
  );
  expect(await Promise.all(answers)).toHaveLength(30);
  await worker.stop();
  process.off('warning', note);
  expect(warnings).toEqual([]);
});

test('a consumer that sees nothing does not conclude that, while another’s message may come back', async () => {
  await using here = await place();
  await using mq = await openQueue({ root: here.root, agent: 'coder', retention: false, pollInterval: 10 });
  await using other = await openQueue({ root: here.root, agent: 'coder', retention: false });
  await mq.registerAgent('coder');
  await mq.send(task({ message_id: 'm' }));
  const claimed = await other.store.openBox(INBOX).claim();
  if (claimed.kind === 'empty') throw new Error('Nothing was there to claim.');
  // It goes back in the moment after the consumer found the box empty and before it asks what is leased.
  const { store } = mq;
  let looks = 0;
  const entries = store.entries.bind(store);
  store.entries = async function* (filter) {
    looks += 1;
    if (looks === 1) await other.store.release(claimed.claimed, { readyAt_ms: null, counts: 'release' });
    yield* entries(filter);
  };
  expect(await workUntilEmpty(mq)).toEqual(['m']);
  expect(looks).toBeGreaterThan(1);
  expect(await counts(mq)).toMatchObject({ ready: 1, leased: 0 });
});

test('an error event without a listener is a warning, not the end', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  await using mq = await openQueue({ root: here.root, agent: 'coder', retention: false, fileSystem });
  await mq.registerAgent('coder');
  fileSystem.fail({ verb: 'list', path: /inbox.coder$/, code: 'EIO' });
  const warned = once(process, 'warning');
  expect(await workUntilEmpty(mq)).toEqual([]);
  expect((await warned)[0]).toMatchObject({ code: 'ERR_IO', cause: { code: 'EIO' } });
});
