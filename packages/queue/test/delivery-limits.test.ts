import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import {
  aborted,
  idle,
  dead,
  entries,
  event,
  eventsOf,
  messages,
  run,
  site,
  stillClock,
  task,
} from './support-behaviour.ts';

test('a message whose every holder dies is delivered maxDeliveries times, and then given up with the story of each', async () => {
  await using place = await site();
  const coder = await place.open('coder', { retry: { maxDeliveries: 3 } });
  await coder.registerAgent('coder');
  const { messageId } = await coder.send(task({ retry_policy: { max_retries: 0 } }));
  for (const delivery of [1, 2, 3]) {
    const victim = await place.open('coder');
    const taken = await victim.receive().next();
    expect(taken.value).toMatchObject({ deliveries: delivery, failures: 0 });
    const [lease] = await entries(coder, 'leased');
    await rm(place.at('locks', 'owners', `${lease!.owner}.json`)); // What a dead process's record becomes.
    const recovered = await coder.store.recover(lease!.box);
    expect(recovered).toMatchObject([{ entry: { deliveries: delivery }, holder: { state: 'absent' } }]);
    await expect(victim.close()).resolves.toBeUndefined();
  }
  let calls = 0;
  await coder.work({ task_assignment: () => void (calls += 1) }, { untilEmpty: true }).done;
  expect(calls).toBe(0);
  const [letter] = await dead(coder);
  expect(letter?.reason).toMatchObject({ code: 'exhausted', message: { message_id: messageId } });
  expect(letter?.reason?.reason).toContain('delivered 3 times');
  expect(letter?.reason?.history.map(({ kind, delivery }) => [kind, delivery])).toEqual([
    ['lost', 1],
    ['lost', 2],
    ['lost', 3],
  ]);
  expect(await messages(coder, 'ready', 'outbox')).toMatchObject([{ status: 'failed' }]);
});

test("a message's own max_retries allows as many crashes, where it is more than the queue's", async () => {
  await using place = await site();
  const coder = await place.open('coder', { retry: { maxDeliveries: 1 } });
  await coder.registerAgent('coder');
  await coder.send(task({ retry_policy: { max_retries: 2 } }));
  for (const delivery of [1, 2]) {
    const box = { kind: 'inbox', agentId: 'coder' } as const;
    const result = await coder.store.openBox(box).claim();
    if (result.kind !== 'claimed') throw new Error('There was nothing to claim.');
    expect(result.claimed.entry.deliveries).toBe(delivery);
    await coder.store.release(result.claimed, { readyAt_ms: null, counts: 'lost' });
  }
  const handled: number[] = [];
  await coder.work(
    { task_assignment: (_m, { deliveries }) => void handled.push(deliveries) },
    { untilEmpty: true },
  ).done;
  expect(handled).toEqual([3]);
});

test('timeout_seconds aborts the handler, counts a failure of its own kind, and hands the message back', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const coder = await place.open('coder', { clock, lease, random: () => 0 });
  await coder.registerAgent('coder');
  await coder.send(task({ timeout_seconds: 5, retry_policy: { max_retries: 1 } }));
  const reasons: unknown[] = [];
  const late: unknown[] = [];
  const started = event(coder, 'claimed');
  const worker = coder.work(
    {
      task_assignment: async (_message, context) => {
        if (context.deliveries === 2) return { warnings: ['second try'] };
        reasons.push(await aborted(context.signal));
        late.push(await context.report({}).catch((error: unknown) => error));
        return { warnings: ['late'] };
      },
    },
    { untilEmpty: true },
  );
  await run(clock, started);
  const timedOut = event(coder, 'handler_timeout');
  const before_ms = clock.now();
  expect(await run(clock, timedOut)).toMatchObject({ timeout_ms: 5_000, deliveries: 1 });
  expect(clock.now() - before_ms).toBeGreaterThan(4_900);
  expect(clock.now() - before_ms).toBeLessThanOrEqual(5_000);
  await run(clock, worker.done);
  await idle();
  expect(reasons).toMatchObject([{ code: 'ERR_HANDLER_TIMEOUT' }]);
  expect(late).toMatchObject([{ code: 'ERR_HANDLER_TIMEOUT' }]);
  expect(await messages(coder, 'ready', 'outbox')).toMatchObject([
    { message_type: 'task_complete', status: 'completed', results: { warnings: ['second try'] } },
  ]);
  const [report] = await coder.operations.find((await entries(coder, 'processed'))[0]!.messageId!);
  expect(report?.failures).toMatchObject([{ kind: 'timed_out', error: { code: 'ERR_HANDLER_TIMEOUT' } }]);
});

test('handlerTimeout is used where it is shorter, and for messages without a limit of their own', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const coder = await place.open('coder', { clock, lease });
  await coder.registerAgent('coder');
  await coder.sendMany([task({ timeout_seconds: 3_000 }), task({ timeout_seconds: null })]);
  const timeouts = eventsOf(coder, 'handler_timeout');
  const worker = coder.work(
    { task_assignment: async (_message, { signal }) => void (await aborted(signal)) },
    { untilEmpty: true, handlerTimeout: '1s', concurrency: 2 },
  );
  await run(clock, worker.done);
  expect(timeouts.map(({ timeout_ms }) => timeout_ms)).toEqual([1_000, 1_000]);
  expect((await dead(coder)).map(({ reason }) => reason?.history[0]?.kind)).toEqual([
    'timed_out',
    'timed_out',
  ]);
});

test("a delayed message is nobody's before its time, and does not hold up the others", async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const coder = await place.open('coder', { clock, lease });
  await coder.registerAgent('coder');
  const sent_ms = clock.now();
  const delayed = await coder.send(task({ task_id: 'later', priority: 'high' }), { delay: '30s' });
  expect(delayed.status).toBe('delayed');
  await coder.send(task({ task_id: 'now' }));
  const handled: [string, number][] = [];
  const worker = coder.work(
    { task_assignment: ({ task_id }) => void handled.push([task_id, clock.now() - sent_ms]) },
    { untilEmpty: true },
  );
  await run(clock, worker.done);
  expect(handled.map(([id]) => id)).toEqual(['now', 'later']);
  expect(handled[1]![1]).toBeGreaterThanOrEqual(30_000);
  expect(handled[1]![1]).toBeLessThan(31_100); // One poll later at most.
});

test('what is past its ttl is quarantined instead of handled, and whoever waits for the task hears of it', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const coder = await place.open('coder', { clock, lease });
  await coder.registerAgent('coder');
  await coder.send(task({ task_id: 'stale' }), { ttl: '1m' });
  await coder.send(task({ task_id: 'fresh' }), { ttl: '2m' });
  clock.freeze(60_000);
  const handled: string[] = [];
  const worker = coder.work(
    { task_assignment: ({ task_id }) => void handled.push(task_id) },
    { untilEmpty: true },
  );
  await run(clock, worker.done);
  expect(handled).toEqual(['fresh']);
  const [letter] = await dead(coder);
  expect(letter?.reason).toMatchObject({ code: 'expired', message: { task_id: 'stale' } });
  expect(letter?.reason?.expires_at).toBe('2026-01-01T00:01:00.000Z');
  expect((await messages(coder, 'ready', 'outbox')).map(({ task_id, status }) => [task_id, status])).toEqual(
    expect.arrayContaining([
      ['stale', 'failed'],
      ['fresh', 'completed'],
    ]),
  );
});

test('high goes before medium before low, and the older before the newer of the same priority', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  const tasks = (['low', 'medium', 'high'] as const).flatMap((priority) =>
    [3, 1, 2].map((second) =>
      task({ task_id: `${priority} ${second}`, priority, created_at: `2026-01-01T00:00:0${second}.000Z` }),
    ),
  );
  await coder.sendMany(tasks);
  const handled: string[] = [];
  await coder.work({ task_assignment: ({ task_id }) => void handled.push(task_id) }, { untilEmpty: true })
    .done;
  expect(handled).toEqual(
    ['high', 'medium', 'low'].flatMap((priority) => [1, 2, 3].map((second) => `${priority} ${second}`)),
  );
});

test('a clock that gives fractions of milliseconds makes names like any other', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  clock.freeze(0.4);
  const coder = await place.open('coder', { clock, lease });
  await coder.registerAgent('coder');
  await coder.send(task(), { delay: '1s', ttl: '1h' });
  const [waiting] = await entries(coder, 'ready');
  expect(waiting).toMatchObject({ messageType: 'task_assignment', priority: 'medium' });
  expect(waiting!.readyAt_ms).toBeGreaterThan(clock.now());
});
