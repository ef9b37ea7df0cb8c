import { defineMessage, parseDeadLetterReason, statusUpdate, Type } from '@tapps-agents/contracts';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { reject, retry, snooze } from '../src/index.ts';
import {
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

test('a task that throws is tried again by its own policy, with jitter, and then given up with its whole history', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const coder = await place.open('coder', { clock, lease, random: () => 0.5 });
  const orchestrator = await place.open('orchestrator', { clock, lease });
  await orchestrator.registerAgent('coder');
  const sent = await orchestrator.send(
    task({
      retry_policy: { max_retries: 3, backoff_seconds: 10, backoff_multiplier: 3, max_backoff_seconds: 60 },
    }),
  );
  let tries = 0;
  coder.work({
    task_assignment: () => {
      tries += 1;
      throw new Error(`try ${tries} failed`);
    },
  });
  for (const delay_ms of [5_000, 15_000, 30_000]) {
    const retried = await run(clock, event(coder, 'retried'));
    expect(retried.delay_ms).toBe(delay_ms);
    const [waiting] = await entries(coder, 'ready');
    expect(waiting?.readyAt_ms).toBe(clock.now() + delay_ms);
    // One millisecond earlier it is nobody's.
    clock.freeze(delay_ms - 1);
    const early = await coder.store.openBox(waiting!.box).claim();
    expect(early).toEqual({ kind: 'empty', nextReadyAt_ms: waiting!.readyAt_ms });
  }
  const quarantined = await run(clock, event(coder, 'quarantined'));
  expect(quarantined).toMatchObject({ code: 'exhausted', messageId: sent.messageId });
  expect(tries).toBe(4);

  const [letter] = await dead(orchestrator);
  const reason = parseDeadLetterReason(await readFile(letter!.location.replace(/json$/, 'reason.json')));
  expect(reason).toMatchObject({ code: 'exhausted', deliveries: 4, failures: 4 });
  expect(reason.reason).toContain('The handler failed 4 times, the last time with: try 4 failed.');
  expect(reason.history.map(({ kind, delivery, error }) => [kind, delivery, error.message])).toEqual(
    [1, 2, 3, 4].map((n) => ['failed', n, `try ${n} failed`]),
  );
  const [completion] = await messages(orchestrator, 'ready', 'outbox');
  expect(completion).toMatchObject({
    message_type: 'task_complete',
    status: 'failed',
    agent_id: 'coder',
    workflow_id: 'w',
    task_id: 't',
    metadata: { causation_id: sent.messageId },
  });
  expect((completion!['results'] as { errors: string[] }).errors[0]).toContain('try 4 failed');
});

test("other types are tried again by the queue's defaults, and nobody is told of a task that there never was", async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const coder = await place.open('coder', {
    clock,
    lease,
    random: () => 1,
    retry: { backoff: '2s', multiplier: 2, maxBackoff: '3s', maxDeliveries: 4 },
  });
  await coder.registerAgent('coder');
  await coder.send(statusUpdate({ agent_id: 'planner', workflow_id: 'w', task_id: 't', status: 'blocked' }), {
    to: 'coder',
  });
  const delays = eventsOf(coder, 'retried');
  coder.work({ status_update: () => Promise.reject(new Error('no')) });
  const { failures, deliveries } = await run(clock, event(coder, 'quarantined'));
  expect(delays.map(({ delay_ms }) => delay_ms)).toEqual([2_000, 3_000, 3_000]);
  expect([failures, deliveries]).toEqual([3, 4]);
  expect(await messages(coder, 'ready', 'outbox')).toEqual([]);
});

test('retry() waits as long as it says and counts a failure; snooze() counts none, however often', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const coder = await place.open('coder', { clock, lease, retry: { maxDeliveries: 2 } });
  await coder.registerAgent('coder');
  await coder.send(task({ retry_policy: { max_retries: 1 } }));
  const counters: number[][] = [];
  const worker = coder.work(
    {
      task_assignment: (_message, { deliveries, failures, releases }) => {
        counters.push([deliveries, failures, releases]);
        if (deliveries <= 6) return snooze('1s');
        return failures === 0 ? retry('not yet', { delay: '7s' }) : { warnings: ['late'] };
      },
    },
    { untilEmpty: true },
  );
  const retried = await run(clock, event(coder, 'retried'));
  expect(retried).toMatchObject({ delay_ms: 7_000, deliveries: 7, releases: 6 });
  await run(clock, worker.done);
  expect(counters).toEqual([...[1, 2, 3, 4, 5, 6, 7].map((n) => [n, 0, n - 1]), [8, 1, 6]]);
  expect(await messages(coder, 'ready', 'outbox')).toMatchObject([{ status: 'completed' }]);
});

test('reject() goes to the dead letters at once, with the reason that was given', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.send(task({ retry_policy: { max_retries: 9 } }));
  await coder.work({ task_assignment: () => reject('there is no such file') }, { untilEmpty: true }).done;
  const [letter] = await dead(coder);
  expect(letter?.reason).toMatchObject({
    code: 'rejected',
    reason: 'there is no such file',
    history: [{ kind: 'rejected', delivery: 1 }],
  });
  expect(await messages(coder, 'ready', 'outbox')).toMatchObject([
    { status: 'failed', results: { errors: ['there is no such file'] } },
  ]);
});

test.each([
  ['cut in two', `${'x'.repeat(7_999)}😀`, `${'x'.repeat(7_999)}\ufffd`],
  ['left alone by the handler', 'no \ud83d', 'no \ufffd'],
])('half a character in a reason (%s) is not sent with the failed answer', async (_name, why, sent) => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.send(task());
  await coder.work({ task_assignment: () => reject(why) }, { untilEmpty: true }).done;
  expect(await messages(coder, 'ready', 'outbox')).toMatchObject([{ results: { errors: [sent] } }]);
});

const strange: [string, () => unknown][] = [
  ['an empty reason', () => reject('')],
  ['a very long reason of characters in two halves', () => reject('😀'.repeat(6_000))],
  ['a retry after something that is no duration', () => retry('later', { delay: 'soon' as never })],
  ['a snooze of no duration', () => snooze('a while' as never)],
  ['a hand-made snooze of no duration', () => ({ verdict: 'snooze' })],
  ['a verdict that there is not', () => ({ verdict: 'approve' })],
  ['a result that is no result', () => ({ output_files: 'report.md' })],
  ['undefined, thrown', () => fail(undefined)],
  ['an object that cannot be text, thrown', () => fail(Object.create(null))],
  [
    'an error whose message is no text, thrown',
    () => fail(Object.assign(new Error('x'), { message: 42, name: {} })),
  ],
  ['an error with a very long text, thrown', () => fail(new Error('😀'.repeat(20_000)))],
];

function fail(what: unknown): never {
  throw what;
}

test.each(strange)(
  '%s from a handler ends in the dead letters, after one try where one is all there is',
  async (_what, handler) => {
    await using place = await site();
    const { clock, lease } = stillClock();
    const coder = await place.open('coder', { clock, lease });
    const errors = eventsOf(coder, 'error');
    await coder.registerAgent('coder');
    await coder.send(task());
    let calls = 0;
    const worker = coder.work(
      {
        task_assignment: () => {
          calls += 1;
          return handler() as never;
        },
      },
      { untilEmpty: true },
    );
    await run(clock, worker.done);
    expect(errors).toEqual([]);
    expect(calls).toBe(1);
    const [letter] = await dead(coder);
    expect(letter?.reason?.reason.length).toBeGreaterThan(0);
    expect(letter?.reason?.history).toHaveLength(1);
    expect(await messages(coder, 'ready', 'outbox')).toMatchObject([{ status: 'failed' }]);
  },
);

test('a history of more failures than are kept ends with the latest, and its huge texts still fit', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.send(task({ retry_policy: { max_retries: 120, backoff_seconds: 0 } }));
  let tries = 0;
  await coder.work(
    {
      task_assignment: () => {
        tries += 1;
        throw Object.assign(new Error(`${tries} ${'é"'.repeat(10_000)}`), { stack: '\u0001'.repeat(40_000) });
      },
    },
    { untilEmpty: true },
  ).done;
  expect(tries).toBe(121);
  const [letter] = await dead(coder);
  expect(letter?.reason?.history).toHaveLength(100);
  expect(letter?.reason?.history.at(-1)?.delivery).toBe(121);
});

test('a type of the user with a long name is delivered like any other', async () => {
  await using place = await site();
  const review = defineMessage('code_review_that_somebody_requested', Type.Object({ file: Type.String() }));
  const coder = await place.open('coder', { messages: [review] });
  await coder.registerAgent('coder');
  const ids = { agent_id: 'planner', workflow_id: 'w', task_id: 't' };
  await coder.send(review({ ...ids, file: 'a.ts' }), { to: 'coder' });
  const unhandled = eventsOf(coder, 'unhandled');
  const files: string[] = [];
  await coder.work(
    { code_review_that_somebody_requested: ({ file }) => void files.push(file) },
    { untilEmpty: true },
  ).done;
  expect(unhandled).toEqual([]);
  expect(files).toEqual(['a.ts']);
});
