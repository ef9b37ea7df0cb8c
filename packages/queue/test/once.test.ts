import { expect, test } from 'vitest';
import { all, deferred, messages, run, site, stillClock, task } from './support-behaviour.ts';

test('a step that was done is not done again by a later delivery, which gets its result', async () => {
  await using place = await site();
  const coder = await place.open('coder', { random: () => 0 });
  await coder.registerAgent('coder');
  await coder.send(task({ retry_policy: { max_retries: 3 } }));
  const opened: number[] = [];
  const numbers: unknown[] = [];
  await coder.work(
    {
      task_assignment: async (_message, context) => {
        const pull = await context.once('open-pr', () => {
          opened.push(context.deliveries);
          return { number: 7, labels: ['a'] };
        });
        numbers.push(pull);
        const nothing = await context.once('nothing', () => undefined);
        expect(nothing).toBeUndefined();
        if (context.deliveries < 3) throw new Error('afterwards');
      },
    },
    { untilEmpty: true },
  ).done;
  expect(opened).toEqual([1]);
  expect(numbers).toEqual([1, 2, 3].map(() => ({ number: 7, labels: ['a'] })));
});

test('a step that failed is done again, by the same handler and by a later one', async () => {
  await using place = await site();
  const coder = await place.open('coder', { random: () => 0 });
  await coder.registerAgent('coder');
  await coder.send(task({ retry_policy: { max_retries: 3 } }));
  let runs = 0;
  const deliveries: number[] = [];
  const step = (): string => {
    runs += 1;
    if (runs < 3) throw new Error(`run ${runs}`);
    return `run ${runs}`;
  };
  await coder.work(
    {
      task_assignment: async (_message, context) => {
        deliveries.push(context.deliveries);
        const first = await context.once('flaky', step).catch((error: Error) => error.message);
        return { warnings: [first, await context.once('flaky', step)] };
      },
    },
    { untilEmpty: true },
  ).done;
  expect(runs).toBe(3);
  expect(deliveries).toEqual([1, 2]);
  expect(await messages(coder, 'ready', 'outbox')).toMatchObject([
    { results: { warnings: ['run 3', 'run 3'] } },
  ]);
});

test('the same step, asked for again while it is under way, runs once; another step by itself', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.send(task());
  const keys: string[] = [];
  const step = (key: string): number => keys.push(key);
  await coder.work(
    {
      task_assignment: async (_message, context) => {
        const results = await Promise.all([
          context.once('a', step),
          context.once('a', step),
          context.once('A', step),
          context.once('a/b ü', step),
        ]);
        expect(results[0]).toBe(results[1]);
        expect(() => context.once('', step)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION' }));
      },
    },
    { untilEmpty: true },
  ).done;
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(3);
});

test('the key is the same for every delivery, another for every step, message and forced run, and follows the key of the message', async () => {
  await using place = await site();
  const coder = await place.open('coder', { random: () => 0 });
  await coder.registerAgent('coder');
  const own = task({ retry_policy: { max_retries: 1 }, idempotency_key: 'order-66' });
  const other = task({ retry_policy: { max_retries: 1 } });
  await coder.sendMany([own, other]);
  const keys = new Map<string, Set<string>>();
  const handler = {
    task_assignment: async (message: { message_id: string }, context: WorkContextLike) => {
      for (const step of ['a', 'b']) {
        await context
          .once(step, (key) => {
            const name = `${message.message_id} ${step} ${context.run}`;
            keys.set(name, (keys.get(name) ?? new Set()).add(key));
            throw new Error('not remembered');
          })
          .catch(() => {});
      }
      if (context.failures === 0) throw new Error('again');
    },
  };
  await coder.work(handler, { untilEmpty: true }).done;
  await all(coder.operations.replay({ from: 'processed', force: true, dryRun: false }));
  await coder.work(handler, { untilEmpty: true }).done;
  expect([...keys.values()].map(({ size }) => size)).toEqual(Array.from({ length: 8 }, () => 1));
  const every = [...keys.values()].flatMap((set) => [...set]);
  expect(new Set(every).size).toBe(8);
  expect(every.filter((key) => key.startsWith('order-66'))).toHaveLength(4);
});

interface WorkContextLike {
  readonly run: number;
  readonly failures: number;
  once<T>(step: string, run: (key: string) => T | Promise<T>): Promise<T>;
}

test('a forced run does its steps anew, and a result that is too large says so', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.send(task());
  const runs: number[] = [];
  const handler = {
    task_assignment: async (_message: unknown, context: WorkContextLike) => {
      await context.once('step', () => runs.push(context.run));
      if (context.run === 0) return;
      await expect(context.once('large', () => 'x'.repeat(1_100_000))).rejects.toMatchObject({
        code: 'ERR_INVALID_OPTION',
      });
    },
  };
  await coder.work(handler, { untilEmpty: true }).done;
  const steps = await all(coder.operations.replay({ from: 'processed', force: true, dryRun: false }));
  expect(steps.map(({ outcome }) => outcome)).toEqual(['replayed']);
  await coder.work(handler, { untilEmpty: true }).done;
  expect(runs).toEqual([0, 1]);
});

test('a result that JSON has no form for is refused when it is made, not lost when it is needed', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.send(task());
  const codes: unknown[] = [];
  await coder.work(
    {
      task_assignment: async (_message, context) => {
        const circular: Record<string, unknown> = {};
        circular['self'] = circular;
        for (const value of [circular, 1n]) {
          await context.once('odd', () => value).catch((error: { code?: string }) => codes.push(error.code));
        }
      },
    },
    { untilEmpty: true },
  ).done;
  expect(codes).toEqual(['ERR_INVALID_OPTION', 'ERR_INVALID_OPTION']);
});

test('a step that ends after its message went to another delivery changes nothing of what that one remembers', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const coder = await place.open('coder', { clock, lease, random: () => 0 });
  await coder.registerAgent('coder');
  await coder.send(task({ retry_policy: { max_retries: 5 } }));
  const finishFirst = deferred();
  const results: unknown[] = [];
  const stale: Promise<unknown>[] = [];
  const worker = coder.work(
    {
      task_assignment: async (_message, context) => {
        const { deliveries } = context;
        const result = context.once('open-pr', async () => {
          if (deliveries === 1) await finishFirst.promise;
          return `by delivery ${deliveries}`;
        });
        if (deliveries === 1) stale.push(result.catch((error: { code: string }) => error.code));
        results.push(await result);
        if (deliveries > 2) return;
        finishFirst.resolve(); // The first one has timed out by now, but nothing can stop its step.
        await stale[0];
        throw new Error('again');
      },
    },
    { untilEmpty: true, handlerTimeout: '1m' },
  );
  await run(clock, worker.done);
  expect(results).toEqual(['by delivery 2', 'by delivery 2']);
  expect(await Promise.all(stale)).toEqual(['ERR_HANDLER_TIMEOUT']);
});

test('a step that two deliveries did at once has the result that was remembered first, for both', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  const { messageId } = await coder.send(task());
  const journal = coder.store.journal({ kind: 'inbox', agentId: 'coder' }, messageId);
  const results: unknown[] = [];
  await coder.work(
    {
      task_assignment: async (_message, context) => {
        const result = await context.once('open-pr', async () => {
          await journal.recordResult('open-pr', 'by another');
          return 'by this one';
        });
        results.push(result);
      },
    },
    { untilEmpty: true },
  ).done;
  expect(results).toEqual(['by another']);
  expect(await journal.result('open-pr')).toEqual({ value: 'by another' });
});
