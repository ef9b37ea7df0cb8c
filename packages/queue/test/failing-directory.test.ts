import { join } from 'node:path';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { openQueue } from '../src/index.ts';
import { ALWAYS, openFaulty, reported } from './support/faulty-queue.ts';
import { failOnLeaks } from './support/leaks.ts';
import { counts, drop, task, taskText } from './support/messages.ts';
import { files, place } from './support/place.ts';
import { collectUntilEmpty, workUntilEmpty } from './support/work.ts';
import { run } from './support-behaviour.ts';

failOnLeaks();

test.each(['EACCES', 'EIO', 'ENFILE'])(
  'an inbox that cannot be listed (%s) is reported, is never empty, and recovers',
  async (code) => {
    await using here = await place();
    const { mq, fileSystem } = await openFaulty(here.root, { pollInterval: 20 });
    await using _mq = mq;
    await mq.send(task({ message_id: 'm' }));
    const mend = fileSystem.fail({ verb: 'list', path: /inbox.coder$/, code, ...ALWAYS });
    const ten = reported(mq, 10);
    const handled = workUntilEmpty(mq);
    expect(await Promise.race([ten, handled])).toBeUndefined();
    mend();
    expect(await handled).toEqual(['m']);
  },
);

test('a box that was idle for long, and then cannot be listed, is not taken for empty', async () => {
  await using here = await place();
  const clock = new ManualClock();
  const { mq, fileSystem, errors } = await openFaulty(here.root, { clock });
  await using _mq = mq;
  drop(here.root, 'inbox/coder/m.json', taskText({ message_id: 'm' }));
  // The first look finds it and cannot read it; later ones cannot even list the box, whose times stand still.
  const mends = [
    fileSystem.fail({ verb: 'read', path: 'm.json', code: 'EIO', ...ALWAYS }),
    fileSystem.fail({ verb: 'list', path: /inbox.coder$/, nth: 2, code: 'EACCES', ...ALWAYS }),
  ];
  const handled = workUntilEmpty(mq);
  let ended = false;
  void handled.then(() => (ended = true));
  await run(clock, reported(mq, 40));
  expect(ended).toBe(false);
  for (const mend of mends) mend();
  expect(await run(clock, handled)).toEqual(['m']);
  expect(errors.length).toBeGreaterThanOrEqual(40);
});

test('a message that is found but cannot be named, read or leased for a while keeps its box from being empty', async () => {
  await using here = await place();
  const clock = new ManualClock();
  const { mq, fileSystem } = await openFaulty(here.root, { clock });
  await using _mq = mq;
  for (const [verb, path] of [
    ['read', 'foreign.json'],
    ['rename', 'foreign.json'],
    ['rename', 'locks/inbox'],
  ] as const) {
    const id = `${verb} ${path}`;
    drop(here.root, 'inbox/coder/foreign.json', taskText({ message_id: id }));
    const mend = fileSystem.fail({ verb, path, code: 'EIO', ...ALWAYS });
    const handled = workUntilEmpty(mq);
    let ended = false;
    void handled.then(() => (ended = true));
    await run(clock, reported(mq, 30)); // For much longer than a directory's times are coarse.
    expect(ended, id).toBe(false);
    mend();
    expect(await run(clock, handled)).toEqual([id]);
  }
});

test('outboxes that cannot be found are not empty', async () => {
  await using here = await place();
  const clock = new ManualClock();
  const { mq, fileSystem } = await openFaulty(here.root, { clock });
  await using _mq = mq;
  await mq.send(task({ message_id: 'm' }));
  await run(clock, workUntilEmpty(mq));
  const mend = fileSystem.fail({ verb: 'list', path: /outbox$/, code: 'EACCES', ...ALWAYS });
  const ten = reported(mq, 10);
  const collected = run(clock, collectUntilEmpty(mq));
  expect(await Promise.race([ten, collected])).toBeUndefined();
  mend();
  expect(await collected).toHaveLength(1);
});

test('leases that cannot be listed may be anybody’s: nothing is concluded', async () => {
  await using here = await place();
  const { mq, fileSystem } = await openFaulty(here.root, { pollInterval: 20 });
  await using _mq = mq;
  const mend = fileSystem.fail({ verb: 'list', path: /locks.inbox.coder$/, code: 'EIO', ...ALWAYS });
  const ten = reported(mq, 10);
  const handled = workUntilEmpty(mq);
  expect(await Promise.race([ten, handled])).toBeUndefined();
  mend();
  expect(await handled).toEqual([]);
});

test('one message that cannot be read for a while: the others go on, and it is not blamed for the disk', async () => {
  await using here = await place();
  const clock = new ManualClock();
  const { mq, fileSystem, errors } = await openFaulty(here.root, { clock });
  await using _mq = mq;
  await mq.sendMany(['a', 'bad', 'c'].map((id) => task({ message_id: id })));
  fileSystem.fail({ verb: 'read', path: '_bad_', code: 'EIO', times: 12 });
  const seen: [id: string, deliveries: number][] = [];
  const handlers = {
    task_assignment: ({ message_id }: { message_id: string }, { deliveries }: { deliveries: number }) =>
      void seen.push([message_id, deliveries]),
  };
  await run(clock, workUntilEmpty(mq, handlers));
  expect(seen).toEqual([
    ['a', 1],
    ['c', 1],
    ['bad', 1],
  ]);
  const all = errors.flatMap((error) =>
    error instanceof AggregateError ? (error.errors as unknown[]) : [error],
  );
  expect(all.length).toBe(12);
  for (const error of all) expect(error).toMatchObject({ code: 'ERR_IO', cause: { code: 'EIO' } });
  expect(await counts(mq)).toMatchObject({ ready: 3, delayed: 0, leased: 0, dead: 0 });
});

test('one box that fails does not keep a collector from the others', async () => {
  await using here = await place();
  const { mq, fileSystem } = await openFaulty(here.root, { pollInterval: 20 });
  await using _mq = mq;
  await using tester = await openQueue({ root: here.root, agent: 'tester', retention: false });
  await mq.registerAgent('tester');
  await mq.send(task({ message_id: 'of-coder' }));
  await mq.send(task({ message_id: 'of-tester', assigned_to: 'tester' }));
  await workUntilEmpty(mq);
  await workUntilEmpty(tester);
  const mend = fileSystem.fail({ verb: 'list', path: /outbox.coder$/, code: 'EIO', ...ALWAYS });
  const collected: unknown[] = [];
  const collector = mq.collect(
    {
      task_complete: ({ metadata }) => {
        collected.push(metadata['causation_id']);
        mend();
      },
    },
    { untilEmpty: true },
  );
  await collector.done;
  expect(collected).toEqual(['of-tester', 'of-coder']);
});

test('an outside file that may not be read is quarantined after some looks, and replayed when it may', async () => {
  await using here = await place();
  const clock = new ManualClock();
  const { mq, fileSystem } = await openFaulty(here.root, { clock });
  await using _mq = mq;
  drop(here.root, 'inbox/coder/secret.json', taskText({ message_id: 'secret' }));
  const allow = fileSystem.fail({
    verb: 'read',
    path: /messages.(?:locks.)?inbox.coder/,
    code: 'EACCES',
    ...ALWAYS,
  });
  expect(await run(clock, workUntilEmpty(mq))).toEqual([]);
  for await (const { reason } of mq.operations.deadLetters())
    expect(reason).toMatchObject({
      code: 'unreadable',
      reason: expect.stringMatching(/permission.*replay/i),
    });
  allow();
  const outcomes = [];
  for await (const { outcome } of mq.operations.replay({ dryRun: false })) outcomes.push(outcome);
  expect(outcomes).toEqual(['replayed']);
  expect(await run(clock, workUntilEmpty(mq))).toEqual(['secret']);
  expect(files(join(here.root, 'dlq'))).toEqual([]);
});

test('an outside file that cannot be read for now does not keep back those behind it, and is not forgotten', async () => {
  await using here = await place();
  const { mq, fileSystem, errors } = await openFaulty(here.root, { pollInterval: 20 });
  await using _mq = mq;
  for (const id of ['a', 'b', 'c']) drop(here.root, `inbox/coder/${id}.json`, taskText({ message_id: id }));
  const mend = fileSystem.fail({ verb: 'read', path: /inbox.coder.a\.json$/, code: 'EBUSY', ...ALWAYS });
  const seen: string[] = [];
  const worker = mq.work(
    {
      task_assignment: ({ message_id }) => void seen.push(message_id),
    },
    { limit: 3 },
  );
  mq.events.once('error', mend);
  await worker.done;
  expect(seen).toEqual(['b', 'c', 'a']);
  expect(errors.length).toBeGreaterThan(0);
});

test.each([
  ['without a name of ours', (index: number) => `0bad${index}.json`],
  ['ready', (index: number) => `20250101T000000_000Z_bad${index}_task_assignment~p1~00000${index}.json`],
] as const)(
  'files that nobody may move, %s, keep back none of those behind them, however many they are',
  async (_, nameOf) => {
    await using here = await place();
    const clock = new ManualClock();
    const { mq, fileSystem, errors } = await openFaulty(here.root, { clock });
    await using _mq = mq;
    const bad = Array.from({ length: 30 }, (__, index) => nameOf(index).replace(/0+(\d{6}\.json)$/, '$1'));
    for (const [index, name] of bad.entries())
      drop(here.root, `inbox/coder/${name}`, taskText({ message_id: `bad${index}` }));
    for (const id of ['a', 'b']) drop(here.root, `inbox/coder/${id}.json`, taskText({ message_id: id }));
    await mq.sendMany(['c', 'd'].map((id) => task({ message_id: id })));
    const mend = fileSystem.fail({ verb: 'rename', path: /inbox.coder.[^~]*bad/, code: 'EPERM', ...ALWAYS });
    const seen: string[] = [];
    const worker = mq.work(
      { task_assignment: ({ message_id }) => void seen.push(message_id) },
      { limit: 34 },
    );
    mq.events.on('error', () => {
      if (seen.length === 4) mend();
    });
    await run(clock, worker.done);
    expect(seen.slice(0, 4).toSorted()).toEqual(['a', 'b', 'c', 'd']);
    expect(seen).toHaveLength(34);
    expect(errors.length).toBeGreaterThan(0);
  },
);

test('an urgent message is not hidden behind a long backlog where nothing can be watched', async () => {
  await using here = await place();
  const clock = new ManualClock();
  const { mq, fileSystem } = await openFaulty(here.root, { clock });
  await using _mq = mq;
  fileSystem.fail({ verb: 'watch', path: /./, code: 'ENOSPC', ...ALWAYS });
  await mq.sendMany(Array.from({ length: 20 }, (_, index) => task({ message_id: `m${10 + index}` })));
  const seen: string[] = [];
  const worker = mq.work(
    {
      task_assignment: async ({ message_id }) => {
        seen.push(message_id);
        if (seen.length === 2) await mq.send(task({ message_id: 'urgent', priority: 'high' }));
        await new Promise<void>((resolve) => clock.setTimer(resolve, 400)); // As long as a real task may take.
      },
    },
    { limit: 21 },
  );
  await run(clock, worker.done);
  expect(seen.indexOf('urgent')).toBeLessThan(6);
  expect(seen.length).toBe(21);
});
