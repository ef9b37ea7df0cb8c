import { defineMessage, statusUpdate, Type } from '@tapps-agents/contracts';
import { expect, test } from 'vitest';
import { openQueue, type QueueError } from '../src/index.ts';
import { all, deferred, entries, names, site, task } from './support-behaviour.ts';

const refused = (code: string): unknown => expect.objectContaining({ name: 'QueueError', code });

test('a message to an agent that nobody registered is refused, with the nearest name or the known ones', async () => {
  await using place = await site();
  const mq = await place.open('orchestrator');
  await expect(mq.send(task())).rejects.toThrow('Known are: none.');
  for (const agent of ['coder', 'reviewer']) await mq.registerAgent(agent);
  const error = await mq.send(task({ assigned_to: 'codre' })).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'ERR_UNKNOWN_AGENT', agentId: 'codre' });
  expect((error as QueueError).message).toMatch(/Did you mean "coder"\?.*registerAgent/);
  await expect(mq.send(task({ assigned_to: 'Coder' }))).rejects.toThrow('Did you mean "coder"?');
  await expect(mq.send(task({ assigned_to: 'zzzzzzzzz' }))).rejects.toThrow('Known are: coder, reviewer.');
  await expect(mq.request(task({ assigned_to: 'codre' }))).rejects.toMatchObject({
    code: 'ERR_UNKNOWN_AGENT',
  });
  // All of a batch, or nothing.
  await expect(mq.sendMany([task(), task({ assigned_to: 'codre' })])).rejects.toMatchObject({
    code: 'ERR_UNKNOWN_AGENT',
  });
  expect(await entries(mq, 'ready')).toEqual([]);
  await mq.send(task({ assigned_to: 'newcomer' }), { register: true });
  expect(await mq.agents()).toEqual(['coder', 'newcomer', 'reviewer']);
});

const options: [string, Record<string, unknown>][] = [
  ['root', { root: '' }],
  ['root', { root: 7 }],
  ['agent', { agent: '' }],
  ['agent', { agent: 'a\nb' }],
  ['agent', { agent: 'x'.repeat(513) }],
  ['access', { access: 'everybody' }],
  ['lease', { lease: '999ms' }],
  ['lease', { lease: 'long' }],
  ['lease', { lease: -5 }],
  ['lease', { lease: Number.NaN }],
  ['pollInterval', { pollInterval: '5 parsecs' }],
  ['retry.backoff', { retry: { backoff: 'x' } }],
  ['retry.multiplier', { retry: { multiplier: -1 } }],
  ['retry.multiplier', { retry: { multiplier: 'two' } }],
  ['retry.maxBackoff', { retry: { maxBackoff: Number.POSITIVE_INFINITY } }],
  ['retry.maxDeliveries', { retry: { maxDeliveries: 0 } }],
  ['retry.maxDeliveries', { retry: { maxDeliveries: 1.5 } }],
  ['retry.maxDeliveries', { retry: { maxDeliveries: 901 } }],
  ['retention.processedMaxAge', { retention: { processedMaxAge: '11y' } }],
  ['retention.processedMaxCount', { retention: { processedMaxCount: -1 } }],
  ['retention.deadMaxAge', { retention: { deadMaxAge: true } }],
  ['retention.interval', { retention: { interval: 'often' } }],
  ['durability', { durability: 'most' }],
  ['ackDurability', { ackDurability: true }],
  ['messages', { messages: {} }],
  ['messages', { messages: [undefined] }],
  ['messages', { messages: ['code_review'] }],
];

test.each(options)('openQueue refuses a %s of %j, naming it, and makes nothing', async (name, wrong) => {
  await using place = await site();
  const error = await openQueue({ root: place.root, ...wrong }).catch((thrown: unknown) => thrown);
  expect(error).toEqual(refused('ERR_INVALID_OPTION'));
  expect((error as QueueError).message).toContain(name === 'agent' ? "agent's name" : name);
  expect(await names(place.root)).toEqual([]);
});

test('two definitions of one type are refused, as nobody could tell which is meant', async () => {
  await using place = await site();
  const one = defineMessage('vote', Type.Object({ yes: Type.Boolean() }));
  const other = defineMessage('vote', Type.Object({ no: Type.Boolean() }));
  await expect(place.open('coder', { messages: [one, other] })).rejects.toThrow(/vote/);
});

test('wrong options of what a queue can do are refused at once, and nothing is sent or claimed', async () => {
  await using place = await site();
  const mq = await place.open('coder');
  await mq.registerAgent('coder');
  const wrong = refused('ERR_INVALID_OPTION');
  const handlers = { task_assignment: () => {} };
  for (const [use, why] of [
    [() => mq.work({}), 'handler'],
    [() => mq.work({ task_assignment: 'a function' } as never), 'task_assignment'],
    [() => mq.work({ code_review: () => {} } as never), 'defineMessage'],
    [() => mq.work(handlers, { concurrency: 0 }), 'concurrency'],
    [() => mq.work(handlers, { concurrency: 1.5 }), 'concurrency'],
    [() => mq.work(handlers, { concurrency: 1_001 }), 'concurrency'],
    [() => mq.work(handlers, { limit: 0 }), 'limit'],
    [() => mq.work(handlers, { lease: '10ms' }), 'lease'],
    [() => mq.work(handlers, { handlerTimeout: 'never' as never }), 'handlerTimeout'],
    [() => mq.collect({}), 'handler'],
    [() => mq.collect({ task_complete: () => {} }, { limit: -1 }), 'limit'],
    [() => mq.receive({ lease: 'x' as never }), 'lease'],
    [() => mq.receive({ lease: 0 }), 'lease'],
  ] as const) {
    expect(use, why).toThrow(wrong);
    expect(use, why).toThrow(why);
  }
  const update = statusUpdate({ agent_id: 'coder', workflow_id: 'w', task_id: 't', status: 'queued' });
  for (const [use, why] of [
    [() => mq.send(task(), { delay: -1 }), 'delay'],
    [() => mq.send(task(), { ttl: 'short' as never }), 'ttl'],
    [() => mq.send(task(), { durability: 'most' as never }), 'durability'],
    [() => mq.send(task(), { to: 'tester' }), 'assigned'],
    [() => mq.send(update, { to: '' }), "agent's name"],
    [() => mq.send(update, { to: '', register: true }), "agent's name"],
    [() => mq.send(task({ assigned_to: null }), { to: '\u0000' }), "agent's name"],
    [() => mq.request(task(), { timeout: 'soon' as never }), 'timeout'],
    [() => mq.registerAgent(''), "agent's name"],
    [() => mq.registerAgent(7 as never), "agent's name"],
    [() => mq.sendMany(Array.from({ length: 10_001 }, () => update)), '10000'],
    [() => mq.close({ grace: 'x' as never }), 'grace'],
  ] as const) {
    const error = await use().then(
      () => 'It was taken.',
      (thrown: unknown) => thrown,
    );
    expect(error, why).toEqual(wrong);
    expect((error as Error).message).toContain(why);
  }
  await expect(mq.send({ ...task(), colour: 'red' } as never)).rejects.toMatchObject({
    code: 'ERR_INVALID_MESSAGE',
  });
  await expect(mq.send(undefined as never)).rejects.toMatchObject({ code: 'ERR_INVALID_MESSAGE' });
  expect(await mq.sendMany([])).toEqual([]);
  expect(await entries(mq, 'ready')).toEqual([]);
  expect(await names(place.at('inbox'))).toEqual(['coder']);
  expect(await names(place.at('tmp'))).toEqual([]);
});

test('a queue that is closed says so, whatever it is asked to do, and closing again is fine', async () => {
  await using place = await site();
  const mq = await place.open('coder');
  await mq.registerAgent('coder');
  const iterator = mq.receive();
  await mq.close();
  await mq.close();
  const closed = refused('ERR_CLOSED');
  await expect(mq.send(task())).rejects.toEqual(closed);
  await expect(mq.sendMany([])).rejects.toEqual(closed);
  await expect(mq.request(task())).rejects.toEqual(closed);
  await expect(mq.registerAgent('x')).rejects.toEqual(closed);
  expect(() => mq.work({ task_assignment: () => {} })).toThrow(closed);
  expect(() => mq.collect({ task_complete: () => {} })).toThrow(closed);
  expect(() => mq.receive()).toThrow(closed);
  expect(await iterator.next()).toMatchObject({ done: true });
  await expect(mq.operations.retain()).rejects.toEqual(closed);
  expect(await names(place.at('locks', 'owners'))).toEqual([]);
});

test('closing while messages are claimed as fast as can be leaves no lease and no session behind', async () => {
  await using place = await site();
  const mq = await place.open('coder');
  await mq.registerAgent('coder');
  await mq.sendMany(
    Array.from({ length: 60 }, (_, index) => task({ task_id: `${index}` })),
    { durability: 'none' },
  );
  const some = deferred();
  let handled = 0;
  mq.work(
    {
      task_assignment: () => {
        handled += 1;
        if (handled === 10) some.resolve();
      },
    },
    { concurrency: 8 },
  );
  const receiver = mq.receive();
  const received = receiver.next();
  const answer = mq.request(task({ task_id: 'asked' })).catch((error: unknown) => error);
  await some.promise;
  await mq.close();
  await Promise.all([received, answer]);
  expect(await all(mq.store.entries({ state: 'leased' }))).toEqual([]);
  expect(await names(place.at('locks', 'owners'))).toEqual([]);
});

/** What TypeScript would not allow. */
function misspelt(wrong: object): never {
  return wrong as never;
}

test('an option that does not exist is refused, and the nearest one named', async () => {
  await using place = await site();
  await expect(openQueue(misspelt({ root: place.root, agnet: 'x' }))).rejects.toThrow('Did you mean agent?');
  await expect(openQueue(undefined as never)).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION' });
  const mq = await place.open('coder');
  await mq.registerAgent('coder');
  await expect(mq.send(task(), misspelt({ dellay: '1s' }))).rejects.toThrow('Did you mean delay?');
  await expect(mq.request(task(), misspelt({ timout: '1s' }))).rejects.toThrow('Did you mean timeout?');
  expect(() => mq.work({ task_assignment: () => {} }, misspelt({ concurency: 2 }))).toThrow('concurrency');
  expect(() => mq.collect({ task_complete: () => {} }, misspelt({ workflow: 'w' }))).toThrow('workflow');
  expect(() => mq.receive(misspelt({ leese: '1s' }))).toThrow('Did you mean lease?');
  expect(() => mq.work(undefined as never)).toThrow('Handlers are given as an object');
});
