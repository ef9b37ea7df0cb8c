import { appendFileSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openQueue, type Queue } from '../src/index.ts';
import { startChild, type Child } from './support/children.ts';
import { failOnLeaks } from './support/leaks.ts';
import { counts, task } from './support/messages.ts';
import { files, openSessions, place } from './support/place.ts';
import { collectUntilEmpty, workUntilEmpty } from './support/work.ts';

failOnLeaks();

const LEDGER = 'processed/inbox/coder/w/t';

/** On other systems a lease has to run out. */
const provesDeath = process.platform === 'linux' || process.platform === 'win32';

async function boss(root: string): Promise<Queue> {
  const mq = await openQueue({ root, agent: 'boss', retention: false });
  await mq.registerAgent('coder');
  return mq;
}

async function holder(root: string, job: 'hold' | 'receive', lease: '30s' | '1s'): Promise<Child> {
  return await startChild('agent-program.ts', { job, root, agent: 'coder', lease });
}

test('a consumer that is killed in a handler: one that runs already has its message within a fraction of the lease', async ({
  skip,
}) => {
  skip(!provesDeath, 'only Linux and Windows prove that a process is dead');
  await using here = await place();
  await using mq = await boss(here.root);
  await using victim = await holder(here.root, 'hold', '30s');
  await mq.send(task({ message_id: 'held' }));
  expect(await victim.next()).toEqual({ id: 'held', deliveries: 1 });

  await using coder = await openQueue({ root: here.root, agent: 'coder', retention: false });
  const recovered = once(coder.events, 'recovered');
  const acked = once(coder.events, 'acked');
  const seen: [id: string, deliveries: number, failures: number][] = [];
  await using worker = coder.work({
    task_assignment: ({ message_id }, { deliveries, failures }) =>
      void seen.push([message_id, deliveries, failures]),
  });
  victim.kill('SIGKILL');
  expect(await victim.exited).toBe('SIGKILL');
  const killed_ms = performance.now();
  expect((await recovered)[0]).toMatchObject({
    messageId: 'held',
    deliveries: 1,
    holder: { pid: victim.pid, agentId: 'coder', state: 'dead' },
  });
  await acked;
  expect(performance.now() - killed_ms).toBeLessThan(10_000); // A third of the lease; about 1 s where it is measured alone.
  await worker.stop();

  expect(seen).toEqual([['held', 2, 0]]);
  expect(files(join(here.root, LEDGER))).toEqual(['held.json']);
  const [report] = await mq.operations.find('held');
  expect(report?.failures).toMatchObject([
    { kind: 'lost', delivery: 1, agent_id: 'coder', pid: victim.pid, error: { code: 'ERR_LEASE_LOST' } },
  ]);
  expect(openSessions(here.root)).toEqual([process.pid]);
  expect(await counts(mq)).toMatchObject({ ready: 1, leased: 0, dead: 0 });
});

test('the history of a lost delivery is in the reason when the message is given up later', async ({
  skip,
}) => {
  skip(!provesDeath, 'only Linux and Windows prove that a process is dead');
  await using here = await place();
  await using mq = await boss(here.root);
  await using victim = await holder(here.root, 'hold', '30s');
  await mq.send(task({ message_id: 'held' }));
  await victim.next();
  victim.kill('SIGKILL');
  await victim.exited;
  await using coder = await openQueue({ root: here.root, agent: 'coder', retention: false });
  await workUntilEmpty(coder, { task_assignment: () => ({ verdict: 'reject', reason: 'no use' }) });
  for await (const { reason } of mq.operations.deadLetters()) {
    expect(reason).toMatchObject({
      code: 'rejected',
      deliveries: 2,
      history: [
        { kind: 'lost', delivery: 1, pid: victim.pid },
        { kind: 'rejected', delivery: 2, pid: process.pid },
      ],
    });
  }
  expect(await counts(mq)).toMatchObject({ dead: 1 });
});

test('a process that dies again and again over a message has it quarantined in the end', async ({ skip }) => {
  skip(!provesDeath, 'only Linux and Windows prove that a process is dead');
  await using here = await place();
  await using mq = await boss(here.root);
  await mq.send(task({ message_id: 'deadly' }));
  for (const deliveries of [1, 2, 3, 4, 5]) {
    await using victim = await holder(here.root, 'hold', '30s');
    expect(await victim.next()).toEqual({ id: 'deadly', deliveries });
    victim.kill('SIGKILL');
    await victim.exited;
  }
  await using coder = await openQueue({ root: here.root, agent: 'coder', retention: false });
  expect(await workUntilEmpty(coder)).toEqual([]);
  for await (const { reason } of mq.operations.deadLetters()) {
    expect(reason).toMatchObject({ code: 'exhausted', failures: 0 });
    expect(reason?.history.map(({ kind, delivery }) => [kind, delivery])).toEqual(
      [1, 2, 3, 4, 5].map((delivery) => ['lost', delivery]),
    );
  }
  expect(await counts(mq)).toMatchObject({ dead: 1, leased: 0 });
  expect(await collectUntilEmpty(mq)).toMatchObject([{ status: 'failed', task_id: 't' }]);
});

/** Stops a holder, lets another handle its message after the lease, and continues the holder. */
async function overtake(root: string, effects: string, victim: Child): Promise<void> {
  victim.kill('SIGSTOP');
  await using coder = await openQueue({ root, agent: 'coder', lease: '1s', retention: false });
  const acked = once(coder.events, 'acked');
  await using worker = coder.work({
    task_assignment: ({ message_id }, { deliveries }) => {
      appendFileSync(effects, `${message_id} ${deliveries}\n`);
      return { output_files: ['in-time'] };
    },
  });
  await acked;
  await worker.stop();
  victim.kill('SIGCONT');
}

test('a holder that was stopped past its lease acknowledges too late: refused, nothing published, one processed file', async ({
  skip,
}) => {
  skip(process.platform === 'win32', 'Windows has no SIGSTOP');
  await using here = await place();
  const effects = join(here.path, 'effects');
  await using mq = await boss(here.root);
  await using victim = await holder(here.root, 'receive', '1s');
  await mq.send(task({ message_id: 'held' }));
  expect(await victim.next()).toEqual({ id: 'held', deliveries: 1 });
  await overtake(here.root, effects, victim);
  for (const late of ['ack', 'renew', 'retry', 'reject']) {
    victim.tell(late);
    expect(await victim.next(), late).toBe('ERR_LEASE_LOST');
  }
  expect(await victim.end()).toBe(0);
  const [report] = await mq.operations.find('held');
  expect(report?.failures.map(({ kind, delivery }) => [kind, delivery])).toEqual([['lost', 1]]);
  expect(readFileSync(effects, 'utf8')).toBe('held 2\n');
  expect(files(join(here.root, LEDGER))).toEqual(['held.json']);
  expect(files(join(here.root, 'dlq'))).toEqual([]);
  expect(await collectUntilEmpty(mq)).toMatchObject([
    { message_type: 'task_complete', results: { output_files: ['in-time'] } },
  ]);
  expect(await counts(mq)).toEqual({ ready: 0, delayed: 0, leased: 0, dead: 0, unadopted: 0 });
});

test('a handler that was stopped past its lease: its late result is void', async ({ skip }) => {
  skip(process.platform === 'win32', 'Windows has no SIGSTOP');
  await using here = await place();
  const effects = join(here.path, 'effects');
  await using mq = await boss(here.root);
  await using victim = await holder(here.root, 'hold', '1s');
  await mq.send(task({ message_id: 'held' }));
  expect(await victim.next()).toEqual({ id: 'held', deliveries: 1 });
  await overtake(here.root, effects, victim);
  victim.tell('finish');
  expect(await victim.next()).toBe('lease_lost');
  // It goes on under a new session.
  await mq.send(task({ message_id: 'next' }));
  expect(await victim.next()).toEqual({ id: 'next', deliveries: 1 });
  victim.tell('finish');
  expect(await victim.next()).toBe('acked');
  expect(await victim.end()).toBe(0);
  expect(files(join(here.root, LEDGER))).toEqual(['held.json', 'next.json']);
  const answers = await collectUntilEmpty(mq);
  expect(answers.map((answer) => [answer.metadata['causation_id'], answer])).toMatchObject([
    ['held', { results: { output_files: ['in-time'] } }],
    ['next', { results: { output_files: ['late'] } }],
  ]);
});

test('a consumer that ends gracefully hands its message back without blame, at once', async () => {
  await using here = await place();
  await using mq = await boss(here.root);
  await using leaving = await holder(here.root, 'hold', '30s');
  await mq.send(task({ message_id: 'held' }));
  await leaving.next();
  expect(await leaving.end()).toBe(0);
  await using coder = await openQueue({ root: here.root, agent: 'coder', retention: false });
  const seen: [deliveries: number, releases: number][] = [];
  await workUntilEmpty(coder, {
    task_assignment: (_, { deliveries, releases }) => void seen.push([deliveries, releases]),
  });
  expect(seen).toEqual([[2, 1]]);
  const [report] = await mq.operations.find('held');
  expect(report?.failures).toEqual([]);
});
