import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  aborted,
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
  stillClock,
  task,
} from './support-behaviour.ts';

test('a shutdown waits for the handlers, and hands back without blame what is not done in time', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const coder = await place.open('coder', { clock, lease, retry: { maxDeliveries: 1 } });
  await coder.registerAgent('coder');
  await coder.sendMany([
    task({ task_id: 'quick' }),
    task({ task_id: 'stubborn' }),
    task({ task_id: 'third' }),
  ]);
  const returned = eventsOf(coder, 'returned');
  for (const round of [1, 2, 3]) {
    const release = deferred();
    const started = deferred();
    const reasons: unknown[] = [];
    const begun: string[] = [];
    const worker = coder.work(
      {
        task_assignment: async ({ task_id }, { signal }) => {
          begun.push(task_id);
          if (begun.length === (round === 1 ? 2 : 1)) started.resolve();
          if (task_id === 'quick') await release.promise;
          else reasons.push(await aborted(signal));
        },
      },
      { concurrency: round === 1 ? 2 : 1 },
    );
    await run(clock, started.promise);
    const stopped = worker.stop({ grace: '10s' });
    release.resolve();
    await idle();
    const before_ms = clock.now();
    await run(clock, stopped);
    await run(clock, worker.done);
    expect(clock.now() - before_ms).toBe(10_000);
    expect(reasons).toMatchObject([{ code: 'ERR_CLOSED' }]);
    expect(begun).not.toContain('third');
    expect(returned).toHaveLength(round);
    const back = (await entries(coder, 'ready')).find(
      ({ box, releases }) => box.kind === 'inbox' && releases > 0,
    );
    expect(back).toMatchObject({ deliveries: round, releases: round, failures: 0, readyAt_ms: null });
    expect(await entries(coder, 'leased')).toEqual([]);
  }
  expect(await messages(coder, 'ready', 'outbox')).toMatchObject([{ task_id: 'quick', status: 'completed' }]);
  const last = coder.work({ task_assignment: () => {} }, { untilEmpty: true });
  await run(clock, last.done);
  expect(await dead(coder)).toEqual([]);
  expect(await messages(coder, 'ready', 'outbox')).toHaveLength(3);
});

test('a second stop with less grace shortens the first', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const coder = await place.open('coder', { clock, lease });
  await coder.registerAgent('coder');
  await coder.send(task());
  const claimed = event(coder, 'claimed');
  const worker = coder.work({
    task_assignment: async (_message, { signal }) => void (await aborted(signal)),
  });
  await run(clock, claimed);
  const first = worker.stop({ grace: '1h' });
  const before_ms = clock.now();
  await run(clock, worker.stop({ grace: '1s' }));
  await first;
  expect(clock.now() - before_ms).toBe(1_000);
});

test('an aborted signal stops a worker; one that was aborted before claims nothing', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.sendMany([task(), task()]);
  const early = coder.work({ task_assignment: () => {} }, { signal: AbortSignal.abort() });
  await early.done;
  expect(await entries(coder, 'ready')).toHaveLength(2);

  const stop = new AbortController();
  let calls = 0;
  const worker = coder.work(
    {
      task_assignment: () => {
        calls += 1;
        stop.abort();
      },
    },
    { signal: stop.signal },
  );
  await worker.done;
  expect(calls).toBe(1);
  expect(await messages(coder, 'ready', 'inbox')).toHaveLength(1);
  expect(await messages(coder, 'ready', 'outbox')).toHaveLength(1);
});

test("the queue's own signal closes it, with all that it started", async () => {
  await using place = await site();
  const stop = new AbortController();
  const coder = await place.open('coder', { signal: stop.signal });
  const worker = coder.work({ task_assignment: () => {} });
  const receiver = coder.receive();
  const waiting = receiver.next();
  stop.abort();
  await worker.done;
  expect(await waiting).toEqual({ done: true, value: undefined });
  await expect(coder.send(task())).rejects.toMatchObject({ code: 'ERR_CLOSED' });

  const early = new AbortController();
  const opening = place.open('coder', { signal: early.signal });
  early.abort(); // While the directory is being looked at.
  await expect((await opening).send(task())).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  await expect(place.open('coder', { signal: early.signal })).rejects.toMatchObject({ name: 'AbortError' });
});

test('a stop does not wait for the time when a message was to be put back once more', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const fileSystem = faulty();
  const coder = await place.open('coder', { clock, lease, fileSystem });
  await coder.registerAgent('coder');
  await coder.send(task());
  const errors = eventsOf(coder, 'error');
  const settled = /\/messages\/(processed\/|inbox\/coder\/[^/]*\.d1)/; // Neither finished nor put back.
  const mend = fileSystem.fail({
    verb: 'rename',
    path: settled,
    code: 'EIO',
    times: Number.POSITIVE_INFINITY,
  });
  const worker = coder.work({ task_assignment: () => {} });
  while (errors.length < 2) {
    await idle();
    if (errors.length < 2) await clock.advance(clock.nextTimer_ms ?? 0);
  }
  await worker.stop(); // The clock stands still.
  mend();
  let handled = 0;
  const next = coder.work({ task_assignment: () => void (handled += 1) }, { untilEmpty: true });
  await run(clock, next.done);
  expect(handled).toBe(1);
});

test('a queue that closes waits for an acknowledgement that is under way', async () => {
  await using place = await site();
  const observer = await place.open('observer');
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.send(task());
  const { value: delivery } = await coder.receive().next();
  const acked = delivery!.ack({ publish: [task({ task_id: 'next' })] });
  await coder.close();
  await acked;
  expect(await messages(observer, 'ready', 'inbox')).toMatchObject([{ task_id: 'next' }]);
  expect(await entries(observer, 'processed')).toHaveLength(1);
});

test('a close that failed may be repeated, and the queue takes nothing more meanwhile', async () => {
  await using place = await site();
  const fileSystem = faulty();
  const coder = await place.open('coder', { fileSystem });
  await coder.registerAgent('coder');
  await coder.send(task());
  await coder.receive().next();
  fileSystem.fail({ verb: 'remove', path: /owners\/[^/]*\.json$/, code: 'EIO' });
  await expect(coder.close()).rejects.toMatchObject({ code: 'ERR_IO' });
  await expect(coder.send(task())).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  await coder.close();
  expect(await readdir(join(place.root, 'locks/owners'))).not.toContainEqual(
    expect.stringMatching(/\.json$/),
  );
});
