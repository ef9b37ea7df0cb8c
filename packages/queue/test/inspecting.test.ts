import { mkdir, rm, writeFile } from 'node:fs/promises';
import { newMessageId, parseMessage, statusUpdate } from '@tapps-agents/contracts';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { reject } from '../src/index.ts';
import { all, dead, entries, names, run, site, sorted, task } from './support-behaviour.ts';

test('inspect counts what is ready, delayed, leased, dead and unadopted in each box, and says who holds what', async () => {
  await using place = await site();
  const created_ms = Date.UTC(2026, 0, 1);
  const clock = new ManualClock({ now_ms: created_ms + 60_000 });
  const coder = await place.open('coder', { clock, lease: '240h' });
  await coder.registerAgent('coder');
  await coder.registerAgent('idle one');
  const created_at = new Date(created_ms).toISOString();
  await coder.send(task({ created_at }));
  await coder.send(task({ created_at, priority: 'low' }));
  await coder.send(task({ created_at }), { delay: '1h' });
  await writeFile(place.at('tmp', 'x.tmp'), 'x');
  await coder.send(statusUpdate({ agent_id: 'stranger', workflow_id: 'w', task_id: 't', status: 'queued' }));
  const held = await coder.receive({ types: ['task_assignment'] }).next();
  const [entry] = await entries(coder, 'leased');
  await writeFile(place.at('inbox', 'coder', 'from outside.json'), JSON.stringify(task()));
  await writeFile(place.at('inbox', 'coder', '.hidden.json'), 'x');
  await writeFile(place.at('inbox', 'coder', 'notes.txt'), 'x');
  await mkdir(place.at('inbox', 'coder', 'folder.json'));

  const before = await coder.operations.inspect();
  expect(before).toMatchObject({
    root: place.root,
    takenAt: '2026-01-01T00:01:00.000Z',
    temporary: 1,
    pauses: [],
  });
  const shapes = before.boxes.map(({ box, holders: _holders, ...rest }) => [
    `${box.kind} ${box.agentId}`,
    rest,
  ]);
  const none = {
    ready: 0,
    delayed: 0,
    leased: 0,
    dead: 0,
    finished: 0,
    unadopted: 0,
    oldestReady_ms: null,
    unlisted: [],
    readyTypes: [],
    workers: 0,
  };
  expect(Object.fromEntries(shapes)).toEqual({
    'inbox coder': {
      registered: true,
      ready: 2,
      delayed: 1,
      leased: 1,
      dead: 0,
      finished: 0,
      unadopted: 1,
      oldestReady_ms: 60_000,
      unlisted: [],
      readyTypes: ['task_assignment'],
      workers: 1,
    },
    'inbox idle one': { ...none, registered: true },
    'outbox coder': { ...none, registered: true },
    'outbox idle one': { ...none, registered: true },
    'outbox stranger': {
      ...none,
      registered: false,
      ready: 1,
      oldestReady_ms: expect.any(Number),
      readyTypes: [expect.any(String)],
    },
  });
  expect(before.boxes[0]?.holders).toMatchObject([
    { owner: entry!.owner, agentId: 'coder', pid: process.pid, state: 'alive', leases: 1 },
  ]);
  await held.value!.reject('no');
  const after = await coder.operations.inspect();
  expect(after.boxes[0]).toMatchObject({ leased: 0, dead: 1, holders: [] });
});

test('a worker with nothing in hand is counted once it has claimed something, and so are the types that wait', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  const looker = await place.open('operator');
  const look = async (): Promise<unknown> => {
    const { boxes } = await looker.operations.inspect();
    return boxes.map(({ box, readyTypes, workers }) => [box.kind, readyTypes, workers]);
  };
  await coder.send(task());
  await coder.send(task());
  expect(await look()).toEqual([
    ['inbox', ['task_assignment'], 0],
    ['outbox', [], 0],
  ]);
  await coder.work({ task_assignment: () => undefined }, { untilEmpty: true }).done;
  expect(await look()).toEqual([
    ['inbox', [], 1],
    ['outbox', ['task_complete'], 0],
  ]);
  await coder[Symbol.asyncDispose]();
  expect(await look()).toEqual([
    ['inbox', [], 0],
    ['outbox', ['task_complete'], 0],
  ]);
});

test('a message is found in every state, by its id, by the beginning of it, and by its entry', async () => {
  await using place = await site();
  const coder = await place.open('coder', { random: () => 0 });
  await coder.registerAgent('coder');
  const { messageId } = await coder.send(task({ retry_policy: { max_retries: 2 } }));
  const look = async (): Promise<unknown[]> =>
    (await coder.operations.find(messageId)).map(({ entry, message }) => [entry.state, message?.message_id]);
  expect(await look()).toEqual([['ready', messageId]]);
  const { value: first } = await coder.receive().next();
  expect(await look()).toEqual([['leased', messageId]]);
  const [leased] = await coder.operations.find(messageId.slice(0, 20));
  expect(leased).toMatchObject({ holder: { pid: process.pid, state: 'alive' }, reason: null });
  expect(leased!.location).toBe(place.at(...leased!.entry.entryId.split('/')));
  await first!.retry({ error: new Error('not yet'), delay: 0 });
  const [retried] = await coder.operations.find(messageId);
  expect(retried).toMatchObject({ failures: [{ error: { message: 'not yet' } }], holder: null });
  const { value: second } = await coder.receive().next();
  await second!.reject('never');
  const [letter] = await coder.operations.find(messageId);
  expect(letter).toMatchObject({ entry: { state: 'dead' }, reason: { reason: 'never' } });
  expect(parseMessage(letter!.raw).message_id).toBe(messageId);
  await all(coder.operations.replay({ dryRun: false }));
  await coder.work({ task_assignment: () => {} }, { untilEmpty: true }).done;
  expect(await look()).toEqual([['processed', messageId]]);
  const [byEntry] = await coder.operations.find((await entries(coder, 'processed'))[0]!.entryId);
  expect(byEntry?.message?.message_id).toBe(messageId);
});

test('a beginning that several ids have is refused; an id that is whole is not, although others begin with it', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.sendMany([task({ message_id: 'same' }), task({ message_id: 'same-but-longer' })]);
  await expect(coder.operations.find('sam')).rejects.toMatchObject({ code: 'ERR_AMBIGUOUS_ID' });
  expect(await coder.operations.find('same')).toHaveLength(1);
  await coder.sendMany(
    Array.from({ length: 101 }, (_, index) => task({ message_id: `same${index}` })),
    { durability: 'none' },
  );
  expect(await coder.operations.find('same')).toMatchObject([{ message: { message_id: 'same' } }]);
  await expect(coder.operations.find('nothing')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
});

test("a message whose id is too long for a file name is found by it; an outside writer's file by where it lies", async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  const long = `Ü/${'x'.repeat(250)}`;
  await coder.send(task({ message_id: long }));
  const [found, ...others] = await coder.operations.find(long);
  expect(others).toEqual([]);
  expect(found).toMatchObject({ message: { message_id: long }, entry: { messageId: long } });
  await writeFile(place.at('inbox', 'coder', 'mine.json'), JSON.stringify(task({ message_id: 'm' })));
  expect(await coder.operations.find('inbox/coder/mine.json')).toMatchObject([
    { message: { message_id: 'm' }, location: place.at('inbox', 'coder', 'mine.json') },
  ]);
});

test('what cannot be parsed, or is larger than a message may be, is reported as far as it can be', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await writeFile(place.at('inbox', 'coder', 'broken.json'), '{"message_id": "b", ');
  await writeFile(
    place.at('inbox', 'coder', 'large.json'),
    `{"message_id": "l", "x": "${'x'.repeat(1_100_000)}"}`,
  );
  await coder.work({ task_assignment: () => {} }, { untilEmpty: true }).done;
  const letters = await dead(coder);
  expect(sorted(letters.map(({ reason }) => reason?.code))).toEqual(['not_json', 'too_large']);
  for (const { entry, reason } of letters) {
    const [report] = await coder.operations.find(entry.entryId);
    expect(report).toMatchObject({ message: null, reason: { code: reason!.code } });
    expect(report!.raw.startsWith('{"message_id": ')).toBe(reason!.code === 'not_json');
  }
});

test('dead letters are told apart by agent, workflow, task, type, code, id and time', async () => {
  await using place = await site();
  const clock = new ManualClock();
  const coder = await place.open('coder', { clock, lease: '240h' });
  const tester = await place.open('tester', { clock, lease: '240h' });
  for (const agent of ['coder', 'tester']) await coder.registerAgent(agent);
  await coder.send(task({ workflow_id: 'w1', task_id: 't1', message_id: 'one' }));
  await run(clock, coder.work({ task_assignment: () => reject('no') }, { limit: 1 }).done);
  clock.freeze(10_000);
  await coder.send(task({ workflow_id: 'w2', task_id: 't2', assigned_to: 'tester', message_id: 'two' }));
  await run(clock, tester.work({ task_assignment: () => Promise.reject(new Error('x')) }, { limit: 1 }).done);
  await writeFile(place.at('inbox', 'coder', 'broken.json'), 'x');
  await run(clock, coder.work({ task_assignment: () => {} }, { limit: 1 }).done);
  const ids = async (filter: Parameters<typeof coder.operations.deadLetters>[0]): Promise<unknown[]> =>
    (await all(coder.operations.deadLetters(filter)))
      .map(({ reason }) => reason?.message.message_id ?? 'broken')
      .toSorted();
  const start = Date.UTC(2026, 0, 1);
  expect(await ids({})).toEqual(['broken', 'one', 'two']);
  expect(await ids({ agentId: 'coder' })).toEqual(['broken', 'one']);
  expect(await ids({ workflowId: 'w2' })).toEqual(['two']);
  expect(await ids({ taskId: 't1' })).toEqual(['one']);
  expect(await ids({ messageType: 'task_assignment' })).toEqual(['one', 'two']);
  expect(await ids({ code: 'rejected' })).toEqual(['one']);
  expect(await ids({ id: 'tw' })).toEqual(['two']);
  expect(await ids({ before_ms: start + 9_000 })).toEqual(['one']);
  expect(await ids({ after_ms: start + 9_000 })).toEqual(['broken', 'two']);
  expect(await ids({ limit: 2 })).toHaveLength(2);
  expect(await ids({ limit: 0 })).toEqual([]);
  const [letter] = await all(coder.operations.deadLetters({ id: 'one' }));
  await rm(letter!.location.replace(/json$/, 'reason.json'));
  expect(await all(coder.operations.deadLetters({ id: 'one' }))).toMatchObject([{ reason: null }]);
  expect(await ids({ code: 'rejected' })).toEqual([]);
});

test('looking changes nothing', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.send(task());
  await writeFile(
    place.at('inbox', 'coder', 'other.json'),
    JSON.stringify(task({ message_id: newMessageId() })),
  );
  const before = await names(place.at('inbox', 'coder'));
  await coder.operations.inspect();
  await all(coder.operations.deadLetters());
  await all(coder.operations.replay());
  expect(await names(place.at('inbox', 'coder'))).toEqual(before);
  expect(await names(place.at('locks', 'owners'))).toEqual([]);
});

test('the failures of a dead letter are all of them, wherever it is told of; and to keep them does not hand it out again', async () => {
  await using place = await site();
  const mq = await place.open('coder', { retry: { backoff: 0 } });
  await mq.registerAgent('coder');
  const retry_policy = { max_retries: 2, backoff_seconds: 0 };
  await mq.send(task({ message_id: 'm', retry_policy }));
  await mq.send(task({ message_id: 'once', retry_policy: { max_retries: 0, backoff_seconds: 0 } }));
  const failing = { task_assignment: () => Promise.reject(new Error('no')) };
  await mq.work(failing, { untilEmpty: true }).done;
  const letters = await all(mq.operations.deadLetters());
  expect(letters.map(({ entry, reason }) => [entry.messageId, entry.failures, reason?.failures])).toEqual(
    expect.arrayContaining([
      ['m', 3, 3],
      ['once', 1, 1],
    ]),
  );
  const shown = (await mq.operations.inspectAgent('coder')).dead;
  expect(sorted(shown.map(({ messageId, failures }) => `${messageId} ${failures}`))).toEqual([
    'm 3',
    'once 1',
  ]);
  expect((await mq.operations.find('m'))[0]?.entry.failures).toBe(3);
  // What the preview says is what happens.
  const keep = { resetCounters: false, filter: { id: 'm' } };
  for (const dryRun of [true, false])
    expect(await all(mq.operations.replay({ ...keep, dryRun }))).toEqual([
      expect.objectContaining({ outcome: 'will_fail', detail: expect.stringMatching(/failed .* too often/) }),
    ]);
  const forced = await all(mq.operations.replay({ ...keep, force: true, dryRun: false }));
  expect(forced.map(({ outcome }) => outcome)).toEqual(['replayed']);
  const ready = (await entries(mq, 'ready')).filter(({ box }) => box.kind === 'inbox');
  expect(ready.map(({ failures }) => failures)).toEqual([3]);
  const handled: string[] = [];
  const counting = {
    task_assignment: ({ message_id }: { message_id: string }) => void handled.push(message_id),
  };
  await mq.work(counting, { untilEmpty: true }).done;
  expect(handled).toEqual([]);
});

test('the next messages are told in the order in which consumers take them, also of one millisecond', async () => {
  await using place = await site();
  const mq = await place.open('coder');
  await mq.registerAgent('coder');
  const created_at = '2026-01-01T00:00:00.000Z';
  const ids = Array.from({ length: 25 }, (_, index) => `m-${String((index * 7) % 25).padStart(2, '0')}`);
  for (const message_id of ids) await mq.send(task({ message_id, created_at }));
  await mq.send(task({ message_id: 'urgent', priority: 'high' }));
  const { next } = await mq.operations.inspectAgent('coder');
  const taken: (string | null)[] = [];
  for await (const delivery of mq.receive({ untilEmpty: true })) {
    taken.push(delivery.message.message_id);
    await delivery.ack();
  }
  expect(taken).toHaveLength(26);
  expect(next.map(({ messageId }) => messageId)).toEqual(taken.slice(0, 10));
});
