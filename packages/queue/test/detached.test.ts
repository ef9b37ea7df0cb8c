import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { FaultyFileSystem } from '@tapps-agents/fs-atomic/testing';
import { reject } from '@tapps-agents/queue';
import { expect, test } from 'vitest';
import { openQueue, type Queue } from '../src/index.ts';
import { failOnLeaks } from './support/leaks.ts';
import { task } from './support/messages.ts';
import { files, openSessions, place } from './support/place.ts';
import { collectUntilEmpty, workUntilEmpty } from './support/work.ts';

failOnLeaks();

async function open(root: string, agent = 'coder'): Promise<Queue> {
  return await openQueue({ root, agent, retention: false });
}

/** Takes one message, as a process does that ends right after; returns the delivery's name. */
async function takeAndLeave(root: string, lease: '10m' | '1s' = '10m'): Promise<string> {
  await using mq = await open(root);
  const { value } = await mq.receive({ detached: true, lease, untilEmpty: true }).next();
  expect(value).toBeDefined();
  return value?.entryId ?? '';
}

test('a delivery that was received detached is settled by its name, in another process, after the queue was closed', async () => {
  await using here = await place();
  await using mq = await open(here.root);
  await mq.registerAgent('coder');
  await mq.send(task({ message_id: 'one' }));
  const entryId = await takeAndLeave(here.root);
  expect(openSessions(here.root)).toHaveLength(1);

  await using other = await open(here.root, 'somebody else');
  const delivery = await other.delivery(entryId);
  expect(delivery).toMatchObject({ entryId, deliveries: 1, failures: 0, message: { message_id: 'one' } });
  await delivery.complete({ output_files: ['a.ts'] });
  expect(files(join(here.root, 'processed/inbox/coder/w/t'))).toEqual(['one.json']);
  expect(openSessions(here.root)).toEqual([]);
  await expect(other.delivery(entryId)).rejects.toMatchObject({ code: 'ERR_LEASE_LOST', messageId: 'one' });
  await expect(delivery.ack()).rejects.toMatchObject({ code: 'ERR_SETTLED' });

  const [answer, ...more] = await collectUntilEmpty(mq);
  expect(more).toEqual([]);
  expect(answer).toMatchObject({
    message_type: 'task_complete',
    agent_id: 'coder',
    status: 'completed',
    results: { output_files: ['a.ts'] },
  });
});

test('its answer has the id that a worker would have given it', async () => {
  await using here = await place();
  await using mq = await open(here.root);
  await mq.registerAgent('coder');
  await mq.send(task({ message_id: 'm-1' }));
  await (await mq.delivery(await takeAndLeave(here.root))).complete();
  const [answer] = await collectUntilEmpty(mq);
  expect(answer?.message_id).toBe('21523f3f-9e5d-8c5d-b024-50ed01c11939');
});

test('results that are none leave it in hand', async () => {
  await using here = await place();
  await using mq = await open(here.root);
  await mq.registerAgent('coder');
  await mq.send(task({ message_id: 'one' }));
  const delivery = await mq.delivery(await takeAndLeave(here.root));
  // @ts-expect-error -- as a script would
  await expect(delivery.complete({ output_files: 1 })).rejects.toMatchObject({ name: 'MessageError' });
  expect(await collectUntilEmpty(mq)).toEqual([]);
  await delivery.complete();
  expect(await collectUntilEmpty(mq)).toHaveLength(1);
});

test('each other way to settle it works from elsewhere', async () => {
  await using here = await place();
  await using mq = await open(here.root);
  await mq.registerAgent('coder');
  const retry_policy = { max_retries: 1, backoff_seconds: 0 };
  for (const task_id of ['retry', 'reject', 'snooze'])
    await mq.send(task({ message_id: task_id, task_id, retry_policy }));
  const byTask = new Map<string, string>();
  for await (const delivery of mq.receive({ detached: true, untilEmpty: true, lease: '10m' })) {
    byTask.set(delivery.message.task_id, delivery.entryId);
    if (byTask.size === 3) break;
  }
  const take = async (name: string): ReturnType<Queue['delivery']> =>
    await mq.delivery(byTask.get(name) ?? '');
  await (await take('retry')).retry({ error: new Error('too busy'), delay: 0 });
  await (await take('reject')).reject('never');
  await (await take('snooze')).snooze('1h');
  expect((await mq.operations.find('retry'))[0]).toMatchObject({
    entry: { state: 'ready', failures: 1 },
    failures: [{ error: { message: 'too busy' } }],
  });
  expect((await mq.operations.find('reject'))[0]).toMatchObject({
    entry: { state: 'dead' },
    reason: { code: 'rejected', reason: 'never' },
  });
  expect((await mq.operations.find('snooze'))[0]).toMatchObject({ entry: { state: 'ready', releases: 1 } });
  expect(openSessions(here.root)).toEqual([]);
});

test('it goes back once its time is over, with a loss in its history, and whoever has its name is late', async ({
  skip,
}) => {
  skip(process.platform !== 'linux', 'elsewhere whoever takes it over has to watch it for its whole time');
  await using here = await place();
  await using mq = await open(here.root);
  await mq.registerAgent('coder');
  await mq.send(task({ message_id: 'one' }));
  const begun_ms = performance.now();
  const entryId = await takeAndLeave(here.root, '1s');
  const late = await mq.delivery(entryId);
  await workUntilEmpty(mq, { task_assignment: () => reject('seen') });
  expect(performance.now() - begun_ms).toBeGreaterThanOrEqual(999);
  await expect(late.ack()).rejects.toMatchObject({ code: 'ERR_LEASE_LOST' });
  expect((await mq.operations.find('one'))[0]).toMatchObject({
    entry: { state: 'dead', deliveries: 2, failures: 1 },
    failures: [
      { kind: 'lost', delivery: 1, pid: null, error: { message: expect.stringContaining('by hand') } },
      { kind: 'rejected', delivery: 2 },
    ],
  });
});

test('renewing gives it more time', async () => {
  await using here = await place();
  await using mq = await open(here.root);
  await mq.registerAgent('coder');
  await mq.send(task({ message_id: 'one' }));
  const delivery = await mq.delivery(await takeAndLeave(here.root, '1s'));
  await delivery.renew('1h');
  const [report] = await mq.operations.find('one');
  expect(report?.holder).toMatchObject({ state: 'alive', detached: true, pid: null, agentId: 'coder' });
  if (process.platform === 'linux') expect(report?.holder?.timeLeft_ms).toBeGreaterThan(3_590_000);
  await delivery.ack();
});

test('a lease too short to be of use is refused', async () => {
  await using here = await place();
  await using mq = await open(here.root);
  expect(() => mq.receive({ detached: true, lease: 10 })).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_OPTION' }),
  );
});

test('an owner that others end in the very moment in which it is detached: the message is not handed out, but taken anew', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  await using mq = await openQueue({ root: here.root, agent: 'coder', retention: false, fileSystem });
  await mq.registerAgent('coder');
  await mq.send(task({ message_id: 'one' }));
  let ended = 0;
  fileSystem.onCall = ({ verb, to = '' }) => {
    if (verb !== 'rename' || !/owners[/][^/]+\.json$/.test(to) || ended > 0) return;
    ended += 1;
    // As whoever takes over does: the record away, then the lease back, by exact name.
    const owner = to.slice(to.lastIndexOf('/') + 1, -'.json'.length);
    renameSync(join(here.root, 'locks/owners', `${owner}.json`), join(here.root, 'tmp/ended.tmp'));
    const lease =
      files(join(here.root, 'locks/inbox/coder')).find((name) => name.endsWith(`~${owner}.json`)) ?? '';
    const ready = lease.replace(/~[0-9a-v]{6}~[0-9a-v]{8}\.json$/, '~vvvvvv.json');
    renameSync(join(here.root, 'locks/inbox/coder', lease), join(here.root, 'inbox/coder', ready));
  };
  const { value } = await mq.receive({ detached: true, lease: '10m', untilEmpty: true }).next();
  expect(ended).toBe(1);
  expect(value).toMatchObject({ message: { message_id: 'one' }, deliveries: 2 });
  expect(existsSync(join(here.root, value?.entryId ?? 'nowhere'))).toBe(true);
  await value?.ack();
});
