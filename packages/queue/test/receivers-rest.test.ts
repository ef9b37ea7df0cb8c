import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { nodeFileSystem, type FileSystem } from '@tapps-agents/fs-atomic';
import { alteredFileSystem } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { RECEIVER_REST_MS } from '../src/limits.ts';
import { idle, run, site, stillClock, task } from './support-behaviour.ts';

/** A file system that knows how many watch something. */
function watched(): { fileSystem: FileSystem; watches: () => number } {
  let watches = 0;
  const inner = nodeFileSystem();
  const fileSystem = alteredFileSystem(inner, {
    watch: (path, changed, failed) => {
      const stop = inner.watch(path, changed, failed);
      watches += 1;
      return () => {
        watches -= 1;
        stop();
      };
    },
  });
  return { fileSystem, watches: () => watches };
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let turn = 0; turn < 3; turn += 1) {
    await idle();
    collect();
  }
}

test('a receiver that nobody asks any more watches nothing after some seconds, and goes on when it is asked again', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const { fileSystem, watches } = watched();
  const coder = await place.open('coder', { clock, lease, fileSystem });
  await coder.registerAgent('coder');
  await coder.sendMany([task({ task_id: 'a' }), task({ task_id: 'b' })]);
  const receiver = coder.receive();
  const first = await run(clock, receiver.next());
  await clock.advance(RECEIVER_REST_MS - 1);
  expect(watches()).toBe(1);
  await clock.advance(1);
  expect(watches()).toBe(0);
  const second = await run(clock, receiver.next());
  expect(watches()).toBe(1);
  expect([first, second].map(({ value }) => value?.message.task_id)).toEqual(['a', 'b']);
  await first.value?.ack();
  await receiver.return?.();
  expect(watches()).toBe(0);
  await second.value?.ack();
  expect(await receiver.next()).toEqual({ done: true, value: undefined });
});

test('what was in hand when a receiver came to rest goes back when the queue closes, and the receiver has ended', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const coder = await place.open('coder', { clock, lease });
  await coder.registerAgent('coder');
  await coder.sendMany([task({ task_id: 'a' }), task({ task_id: 'b' })]);
  const receiver = coder.receive();
  const { value } = await run(clock, receiver.next());
  await clock.advance(RECEIVER_REST_MS);
  await coder.close();
  expect(value?.signal.aborted).toBe(true);
  expect(await receiver.next()).toEqual({ done: true, value: undefined });
  const other = await place.open('other');
  expect((await other.operations.inspect()).boxes).toMatchObject([{ ready: 2, leased: 0 }, {}]);
});

test('a signal ends a receiver that rests as it does any other', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const coder = await place.open('coder', { clock, lease });
  await coder.registerAgent('coder');
  await coder.sendMany([task({ task_id: 'a' }), task({ task_id: 'b' })]);
  const controller = new AbortController();
  const receiver = coder.receive({ signal: controller.signal });
  const { value } = await run(clock, receiver.next());
  await clock.advance(RECEIVER_REST_MS);
  controller.abort();
  expect(await receiver.next()).toEqual({ done: true, value: undefined });
  await value?.ack();
});

test('a process that takes messages by hand for ever, detached, one by one, keeps nothing of them', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const { fileSystem, watches } = watched();
  const coder = await place.open('coder', { clock, lease, fileSystem });
  const other = await place.open('other');
  await coder.registerAgent('coder');
  const kept: WeakRef<object>[] = [];
  const { signal } = new AbortController(); // As that of the program, which never ends.
  const takeOne = async (): Promise<void> => {
    await coder.send(task());
    const receiver = coder.receive({ detached: true, lease: '10m', signal });
    const { value } = await run(clock, receiver.next());
    if (value === undefined) throw new Error('Nothing was there to take.');
    kept.push(new WeakRef(receiver), new WeakRef(value));
    await (await other.delivery(value.entryId)).ack();
  };
  for (let round = 0; round < 10; round += 1) await takeOne();
  await clock.advance(RECEIVER_REST_MS);
  expect(watches()).toBe(0);
  await collectGarbage();
  expect(kept.filter((reference) => reference.deref() !== undefined).length).toBeLessThanOrEqual(2);
});

test('a receiver that goes on for ever keeps nothing of what was settled', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const coder = await place.open('coder', { clock, lease });
  await coder.registerAgent('coder');
  const receiver = coder.receive();
  const kept: WeakRef<object>[] = [];
  const takeOne = async (): Promise<void> => {
    await coder.send(task());
    const { value } = await run(clock, receiver.next());
    if (value === undefined) throw new Error('Nothing was there to take.');
    kept.push(new WeakRef(value));
    await value.ack();
  };
  for (let round = 0; round < 10; round += 1) await takeOne();
  await collectGarbage();
  expect(kept.filter((reference) => reference.deref() !== undefined).length).toBeLessThanOrEqual(2);
  await receiver.return?.();
});
