import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { statusUpdate } from '@tapps-agents/contracts';
import { expect, test } from 'vitest';
import {
  aborted,
  all,
  dead,
  deferred,
  entries,
  event,
  eventsOf,
  faulty,
  idle,
  messages,
  run,
  site,
  sorted,
  stillClock,
  task,
} from './support-behaviour.ts';

test('each way of settling a delivery does what it says', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const coder = await place.open('coder', { clock, lease, random: () => 1 });
  await coder.registerAgent('coder');
  const kinds = ['ack', 'retry', 'retry in', 'reject', 'snooze'];
  for (const kind of kinds)
    await coder.send(task({ task_id: kind, retry_policy: { max_retries: 1, backoff_seconds: 8 } }));
  for await (const delivery of coder.receive({ untilEmpty: false })) {
    const { task_id } = delivery.message;
    expect(delivery).toMatchObject({ deliveries: 1, failures: 0, releases: 0, run: 0 });
    if (task_id === 'ack') await delivery.ack({ publish: [task({ task_id: 'next' })] });
    else if (task_id === 'retry') await delivery.retry({ error: new Error('too busy') });
    else if (task_id === 'retry in') await delivery.retry({ delay: '3s' });
    else if (task_id === 'reject') await delivery.reject('no');
    else await delivery.snooze('5s');
    expect(await aborted(delivery.signal)).toMatchObject({ code: 'ERR_SETTLED' });
    if (task_id === 'snooze') break;
  }
  const ready = await entries(coder, 'ready');
  const now = clock.now();
  const inbox = new Map<unknown, unknown>();
  for (const entry of ready.filter(({ box }) => box.kind === 'inbox')) {
    const [report] = await coder.operations.find(entry.entryId);
    inbox.set(report!.message!.task_id, [
      entry.failures,
      entry.releases,
      entry.readyAt_ms && entry.readyAt_ms - now,
    ]);
  }
  expect(Object.fromEntries(inbox)).toEqual({
    next: [0, 0, null],
    retry: [1, 0, 8_000],
    'retry in': [1, 0, 3_000],
    snooze: [0, 1, 5_000],
  });
  expect(await dead(coder)).toMatchObject([{ reason: { code: 'rejected', reason: 'no' } }]);
  expect(await entries(coder, 'processed')).toHaveLength(1);
});

test('a delivery is settled once; another try throws ERR_SETTLED and changes nothing', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.send(task());
  const { value: delivery } = await coder.receive().next();
  const acks = await Promise.allSettled([delivery!.ack(), delivery!.ack(), delivery!.ack()]);
  expect(acks.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  for (const again of [
    () => delivery!.ack(),
    () => delivery!.retry(),
    () => delivery!.reject('no'),
    () => delivery!.snooze('1s'),
    () => delivery!.renew(),
  ]) {
    await expect(again()).rejects.toMatchObject({ code: 'ERR_SETTLED' });
  }
  expect(await entries(coder, 'processed')).toHaveLength(1);
  expect(await dead(coder)).toEqual([]);
});

test('a delivery that could not be settled can be settled another way', async () => {
  await using place = await site();
  const fileSystem = faulty();
  const coder = await place.open('coder', { fileSystem });
  await coder.registerAgent('coder');
  await coder.send(task());
  const { value: delivery } = await coder.receive().next();
  fileSystem.fail({ verb: 'rename', path: '/processed/', code: 'ENOSPC' });
  await expect(delivery!.ack()).rejects.toMatchObject({ code: expect.stringContaining('ERR_') });
  await delivery!.snooze(0);
  expect(await entries(coder, 'ready')).toMatchObject([{ releases: 1 }]);
});

test('a delivery that is left alone goes back after its lease; renewing it starts the lease anew', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const coder = await place.open('coder', { clock, lease });
  const errors = eventsOf(coder, 'error');
  await coder.registerAgent('coder');
  await coder.send(task());
  const receiver = coder.receive({ lease: '10s' });
  const { value: delivery } = await run(clock, receiver.next());
  for (let renewal = 0; renewal < 3; renewal += 1) {
    await clock.advance(9_000);
    await run(clock, delivery!.renew());
  }
  await run(clock, delivery!.renew('20s'));
  await clock.advance(19_999);
  await idle();
  expect(delivery!.signal.aborted).toBe(false);
  const lost = event(coder, 'lease_lost');
  await clock.advance(1);
  expect(await lost).toMatchObject({ deliveries: 1 });
  await idle();
  expect(delivery!.signal.aborted).toBe(true);
  await expect(delivery!.ack()).rejects.toMatchObject({ code: 'ERR_LEASE_LOST' });
  const { value: again } = await run(clock, receiver.next());
  expect(again).toMatchObject({ deliveries: 2, failures: 0, releases: 0 });
  await run(clock, again!.ack());
  expect(errors).toEqual([]);
});

test('a lease that ends while the delivery is being settled disturbs nobody; if settling fails, it goes back later', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const fileSystem = faulty();
  const coder = await place.open('coder', { clock, lease, fileSystem });
  const errors = eventsOf(coder, 'error');
  await coder.registerAgent('coder');
  await coder.send(task());
  const { value: delivery } = await coder.receive({ lease: '10s' }).next();
  fileSystem.fail({ verb: 'rename', path: '/processed/', code: 'EIO' });
  fileSystem.onCall = async ({ verb, to }) => {
    if (verb !== 'rename' || to?.includes('/processed/') !== true) return;
    fileSystem.onCall = undefined;
    await clock.advance(11_000);
  };
  await expect(delivery!.ack()).rejects.toThrow('EIO');
  expect(errors).toEqual([]);
  const lost = event(coder, 'lease_lost');
  await clock.advance(10_000);
  await lost;
  await idle();
  expect(errors).toEqual([]);
  expect(await entries(coder, 'ready')).toHaveLength(1);
});

test('an error of the disk is thrown by next(), and the message is not kept from the next call', async () => {
  await using place = await site();
  const fileSystem = faulty();
  const coder = await place.open('coder', { fileSystem });
  await coder.registerAgent('coder');
  await coder.send(task());
  const receiver = coder.receive();
  fileSystem.fail({ verb: 'status', path: '/processed/', code: 'EIO' });
  await expect(receiver.next()).rejects.toThrow('EIO');
  const { value: delivery } = await receiver.next();
  await delivery!.ack();
});

test('only the types that were asked for, until the inbox is empty', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  const ids = { agent_id: 'planner', workflow_id: 'w', task_id: 't' };
  await coder.send(statusUpdate({ ...ids, status: 'blocked' }), { to: 'coder' });
  await coder.send(task());
  const types: string[] = [];
  for await (const delivery of coder.receive({ types: ['status_update'], untilEmpty: true })) {
    types.push(delivery.message.message_type);
    await delivery.ack();
  }
  expect(types).toEqual(['status_update']);
  expect(await messages(coder, 'ready', 'inbox')).toMatchObject([{ message_type: 'task_assignment' }]);
});

test('what is in hand when the receiver is disposed, or its queue closed, goes back without blame', async () => {
  await using place = await site();
  const observer = await place.open('observer');
  await observer.registerAgent('coder');
  await observer.sendMany([task(), task()]);
  const coder = await place.open('coder');
  {
    await using receiver = coder.receive();
    await receiver.next();
  }
  expect(sorted((await entries(observer, 'ready')).map(({ releases }) => releases))).toEqual([0, 1]);
  await coder.receive().next();
  await coder.close();
  expect(await entries(observer, 'leased')).toEqual([]);
  const back = await entries(observer, 'ready');
  expect(back.map(({ deliveries, releases }) => deliveries - releases)).toEqual([0, 0]);
});

test('an aborted signal ends the wait, and an aborted one never begins', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  const stop = new AbortController();
  const waiting = all(coder.receive({ signal: stop.signal }));
  await idle();
  stop.abort();
  expect(await waiting).toEqual([]);
  expect(await all(coder.receive({ signal: AbortSignal.abort() }))).toEqual([]);
});

test('what is claimed while the receiver is being disposed goes back at once', async () => {
  await using place = await site();
  const fileSystem = faulty();
  const coder = await place.open('coder', { fileSystem });
  await coder.registerAgent('coder');
  await coder.send(task());
  const receiver = coder.receive({ lease: '1h' });
  const claimed = deferred();
  const goOn = deferred();
  fileSystem.onCall = async ({ verb, path }) => {
    if (verb !== 'read' || !path.includes('/locks/inbox/')) return;
    fileSystem.onCall = undefined;
    claimed.resolve();
    await goOn.promise;
  };
  const next = receiver.next();
  await claimed.promise;
  const disposed = receiver[Symbol.asyncDispose]();
  goOn.resolve();
  await disposed;
  expect(await entries(coder, 'leased')).toEqual([]);
  expect(await entries(coder, 'ready')).toMatchObject([{ releases: 1 }]);
  expect(await next).toEqual({ done: true, value: undefined });
});

test('calls of next that come at once take their turns at one box, and the end answers them all', async () => {
  await using place = await site();
  const fileSystem = faulty();
  const coder = await place.open('coder', { fileSystem, pollInterval: '1h' });
  await coder.registerAgent('coder');
  const sent = [task({ task_id: 'a' }), task({ task_id: 'b' })];
  await coder.sendMany(sent);
  const receiver = coder.receive();
  const calls = [1, 2, 3, 4].map(() => receiver.next());
  const [first, second] = [await calls[0]!, await calls[1]!];
  expect(new Set([first, second].map(({ value }) => value?.message.task_id))).toEqual(new Set(['a', 'b']));
  await receiver.return!();
  expect(await Promise.all(calls.slice(2))).toEqual([1, 2].map(() => ({ done: true, value: undefined })));
  expect(
    fileSystem.calls.filter(({ verb, path }) => verb === 'watch' && path.endsWith('/inbox/coder')),
  ).toHaveLength(1);
  await Promise.all([first.value!.ack(), second.value!.ack()]);
});

test('receivers that have ended are forgotten, once nothing of theirs is in hand', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  const ended: WeakRef<object>[] = [];
  const useOne = async (end: 'untilEmpty' | 'aborted' | 'break'): Promise<void> => {
    const signal = end === 'aborted' ? AbortSignal.abort() : new AbortController().signal;
    if (end === 'break') await coder.send(task());
    const receiver = coder.receive({ untilEmpty: end === 'untilEmpty', signal });
    ended.push(new WeakRef(receiver));
    if (end === 'aborted') return; // It has ended before anybody asked it for anything.
    for await (const delivery of receiver) {
      queueMicrotask(() => void delivery.ack());
      break;
    }
  };
  for (let round = 0; round < 5; round += 1) {
    for (const end of ['untilEmpty', 'aborted', 'break'] as const) await useOne(end);
  }
  await idle();
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  for (let turn = 0; turn < 3; turn += 1) {
    await idle();
    collectGarbage();
  }
  expect(ended.filter((receiver) => receiver.deref() !== undefined).length).toBeLessThanOrEqual(1);
});
