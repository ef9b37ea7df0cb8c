import type { FsAtomicError } from '@tapps-agents/fs-atomic';
import { FaultyFileSystem } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { openQueue, type Queue, type SendResult } from '../src/index.ts';
import { failOnLeaks } from './support/leaks.ts';
import { counts, task } from './support/messages.ts';
import { place, type Place } from './support/place.ts';

failOnLeaks();

const CALLERS = 64;

async function coderQueue(here: Place): Promise<{ mq: Queue; fileSystem: FaultyFileSystem }> {
  const fileSystem = new FaultyFileSystem();
  const mq = await openQueue({ root: here.root, agent: 'coder', retention: false, fileSystem });
  await mq.registerAgent('coder');
  await mq.send(task()); // The directories are durable from then on.
  fileSystem.calls.length = 0;
  return { mq, fileSystem };
}

/** Sends one message for each caller at once. */
function sendAll(mq: Queue): Promise<PromiseSettledResult<SendResult>[]> {
  return Promise.allSettled(
    Array.from({ length: CALLERS }, (_, index) => mq.send(task({ message_id: `m-${index}` }))),
  );
}

function rejections(outcomes: readonly PromiseSettledResult<SendResult>[]): unknown[] {
  return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
}

test('durable sends of callers that know nothing of each other share one flush of the directory', async () => {
  await using here = await place();
  const { mq, fileSystem } = await coderQueue(here);
  await using _mq = mq;
  const outcomes = await sendAll(mq);
  expect(rejections(outcomes)).toEqual([]);
  const synced = fileSystem.calls.filter(({ verb }) => verb === 'syncDirectory');
  expect(synced.map(({ path }) => path.slice(-'inbox/coder'.length))).toEqual(['inbox/coder']);
  expect(fileSystem.calls.filter(({ verb }) => verb === 'sync')).toHaveLength(CALLERS);
  // Nothing has its name before its content is durable, and the directory is flushed when all have theirs.
  const order = fileSystem.calls.map(({ verb }) => verb);
  expect(order.lastIndexOf('sync')).toBeLessThan(order.indexOf('rename'));
  expect(order.lastIndexOf('rename')).toBeLessThan(order.indexOf('syncDirectory'));
  expect(await counts(mq)).toMatchObject({ ready: CALLERS + 1 });
});

test('who comes while others are being flushed goes with the next group', async () => {
  await using here = await place();
  const { mq, fileSystem } = await coderQueue(here);
  await using _mq = mq;
  let late: Promise<PromiseSettledResult<SendResult>[]> | undefined;
  fileSystem.onCall = ({ verb }) => {
    if (verb === 'syncDirectory') late ??= sendAll(mq);
  };
  await mq.send(task({ message_id: 'first' }));
  expect(rejections((await late) ?? [])).toEqual([]);
  expect(fileSystem.calls.filter(({ verb }) => verb === 'syncDirectory')).toHaveLength(2);
  expect(await counts(mq)).toMatchObject({ ready: CALLERS + 2 });
});

test.each([
  ['a flush of content', { verb: 'sync', nth: 5, code: 'EIO' }],
  ['a disk that is full for a moment', { verb: 'write', nth: 7, code: 'ENOSPC' }],
] as const)('%s that fails before anything is in place costs nobody their message', async (_, rule) => {
  await using here = await place();
  const { mq, fileSystem } = await coderQueue(here);
  await using _mq = mq;
  fileSystem.fail(rule);
  expect(rejections(await sendAll(mq))).toEqual([]);
  expect(await counts(mq)).toMatchObject({ ready: CALLERS + 1 });
  // What could not be flushed was written anew: no file is flushed twice.
  const synced = fileSystem.calls.filter(({ verb }) => verb === 'sync').map(({ path }) => path);
  expect(new Set(synced).size).toBe(synced.length);
});

test('a message that cannot be published stops no other, and is no other error than alone', async () => {
  await using here = await place();
  const { mq, fileSystem } = await coderQueue(here);
  await using _mq = mq;
  fileSystem.fail({ verb: 'rename', path: '_m-8_', code: 'EIO', times: Number.POSITIVE_INFINITY });
  const [cause, ...others] = rejections(await sendAll(mq)) as FsAtomicError[];
  expect(others).toEqual([]);
  // Those before it and those behind it share the flush of the directory all the same; nothing but that makes them durable.
  expect(fileSystem.calls.filter(({ verb }) => verb === 'syncDirectory')).toHaveLength(1);
  const alone = await mq.send(task({ message_id: 'm-8' })).catch((error: unknown) => error as FsAtomicError);
  expect(cause).toMatchObject({ code: (alone as FsAtomicError).code, published: [] });
  expect(cause?.message).not.toContain('in place');
  expect(await counts(mq)).toMatchObject({ ready: CALLERS });
});

test('a box that nobody can send to costs who sends to another box nothing', async () => {
  await using here = await place();
  const { mq, fileSystem } = await coderQueue(here);
  await using _mq = mq;
  await mq.registerAgent('shut');
  fileSystem.fail({ verb: 'rename', path: 'inbox/shut/', code: 'ENOTDIR', times: Number.POSITIVE_INFINITY });
  const outcomes = await Promise.allSettled([
    mq.send(task({ message_id: 'before' })),
    mq.send(task({ message_id: 'refused', assigned_to: 'shut' })),
    mq.send(task({ message_id: 'after' })),
  ]);
  expect(outcomes).toMatchObject([
    { status: 'fulfilled', value: { durability: 'full' } },
    { status: 'rejected', reason: { code: 'ERR_NOT_A_DIRECTORY', published: [] } },
    { status: 'fulfilled', value: { durability: 'full' } },
  ]);
});

test('a directory that cannot be flushed puts in doubt what is in it, and nothing else', async () => {
  await using here = await place();
  const { mq, fileSystem } = await coderQueue(here);
  await using _mq = mq;
  await mq.registerAgent('other');
  await mq.send(task({ assigned_to: 'other' }));
  fileSystem.fail({ verb: 'syncDirectory', path: 'inbox/coder', code: 'EIO' });
  const [coder, other] = await Promise.allSettled([mq.send(task()), mq.send(task({ assigned_to: 'other' }))]);
  expect(coder).toMatchObject({ status: 'rejected', reason: { code: 'ERR_SYNC_FAILED' } });
  expect(other).toMatchObject({ status: 'fulfilled', value: { durability: 'full' } });
});

test('where the directory cannot be flushed, nobody is told that it is durable', async () => {
  await using here = await place();
  const { mq, fileSystem } = await coderQueue(here);
  await using _mq = mq;
  fileSystem.fail({ verb: 'syncDirectory', path: 'inbox/coder', code: 'EIO' });
  const failed = rejections(await sendAll(mq)) as FsAtomicError[];
  expect(failed).toHaveLength(CALLERS);
  for (const error of failed) {
    expect(error).toMatchObject({ code: 'ERR_SYNC_FAILED' });
    expect(error.published).toEqual([error.path]);
  }
  // A flush that failed is not done again as if nothing had happened.
  expect(fileSystem.calls.filter(({ verb }) => verb === 'syncDirectory')).toHaveLength(1);
});

test('one that is called off touches no other', async () => {
  await using here = await place();
  const { mq } = await coderQueue(here);
  await using _mq = mq;
  const controller = new AbortController();
  const calledOff = mq.send(task({ message_id: 'called-off' }), { signal: controller.signal });
  const others = sendAll(mq);
  controller.abort(new Error('called off'));
  await expect(calledOff).rejects.toThrow('called off');
  expect(rejections(await others)).toEqual([]);
  expect(await counts(mq)).toMatchObject({ ready: CALLERS + 1 });
});
