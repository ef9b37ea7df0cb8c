import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openQueue, type Box, type Queue } from '../../src/index.ts';
import { startChild, type Child } from '../support/children.ts';
import { failOnLeaks } from '../support/leaks.ts';
import { counts, task } from '../support/messages.ts';
import { files, place } from '../support/place.ts';
import { until } from '../support/until.ts';

/*
 * Elsewhere, a sender looked whether an id was known and then wrote the message. Two that sent the same id at the same moment
 * both saw nothing: both were told "queued", both messages were handled, 100 times of 100.
 *
 * Here no sender decides. Both copies are queued, and the decision falls when they are claimed: whoever claims the second
 * sees the first one's lease, or its entry in the ledger. So there is no look before a write.
 */

failOnLeaks();

const IDS = 100;
const INBOX: Box = { kind: 'inbox', agentId: 'coder' };

test('two processes send the same 100 ids at the same time, two handle them: each is handled once', async () => {
  await using here = await place();
  const { root } = here;
  await using mq = await openQueue({ root, agent: 'boss', retention: false });
  await mq.registerAgent('coder');
  const started: Child[] = [];
  try {
    const effects = [0, 1].map((index) => join(here.path, `effects-${index}`));
    for (const index of [0, 1]) {
      const worker = { job: 'work', root, agent: 'coder', effects: effects[index], concurrency: 2 };
      const sender = { job: 'send', root, agent: `writer-${index}`, to: 'coder', prefix: 'm', count: IDS };
      started.push(
        await startChild('agent-program.ts', worker),
        await startChild('agent-program.ts', sender),
      );
    }
    for (const child of started) expect(await child.next()).toBe('ready');
    const senders = [started[1]!, started[3]!];
    for (const sender of senders) sender.tell('go');
    for (const sender of senders) expect(await sender.next()).toBe(IDS);
    const ledger = join(root, 'processed/inbox/coder');
    await until('both copies of every id to be finished', () => files(ledger).length === 2 * IDS, 60_000);
    await Promise.all(started.map((child) => child.end()));
    const handled = effects
      .flatMap((path) => readFileSync(path, { encoding: 'utf8', flag: 'a+' }).split('\n'))
      .filter((line) => line !== '')
      .map((line) => line.split(' ')[0] ?? '');
    expect(handled.toSorted()).toEqual(Array.from({ length: IDS }, (_, index) => `m${index}`).toSorted());
    expect(files(ledger).filter((path) => path.includes('~dup~'))).toHaveLength(IDS);
    expect(await counts(mq)).toMatchObject({ delayed: 0, leased: 0, dead: 0 });
  } finally {
    for (const child of started) await child[Symbol.asyncDispose]();
  }
}, 120_000);

/** Two processes' stores have claimed one copy each; how many of the two may handle theirs. */
async function admissions(
  queues: readonly [Queue, Queue],
  id: string,
  admit: (mq: Queue, ...claim: Parameters<Queue['store']['admit']>) => ReturnType<Queue['store']['admit']>,
): Promise<number> {
  const message = task({ message_id: id });
  for (const mq of queues) expect((await mq.send(message, { durability: 'none' })).status).toBe('queued');
  const identity = {
    messageId: id,
    messageType: 'task_assignment',
    workflowId: 'w',
    taskId: 't',
    createdAt_ms: Date.parse(message.created_at),
    priority: 'medium',
  } as const;
  const claims = [];
  for (const mq of queues) {
    const result = await mq.store.openBox(INBOX).claim();
    if (result.kind === 'empty') throw new Error('A copy is missing.');
    claims.push({ mq, claimed: result.claimed });
  }
  const answers = await Promise.all(
    claims.map(async ({ mq, claimed }) => await admit(mq, claimed, identity)),
  );
  for (const { mq, claimed } of claims) await mq.store.ack(claimed, identity, { durability: 'none' });
  return answers.filter((answer) => answer === 'admitted').length;
}

async function twoQueues(root: string): Promise<[Queue, Queue]> {
  const options = { root, agent: 'coder', retention: false } as const;
  const queues: [Queue, Queue] = [await openQueue(options), await openQueue(options)];
  await queues[0].registerAgent('coder');
  return queues;
}

test('of two copies that are claimed at the same moment at most one is admitted, 100 times of 100', async () => {
  await using here = await place();
  const [a, b] = await twoQueues(here.root);
  await using _a = a;
  await using _b = b;
  for (let index = 0; index < IDS; index += 1)
    expect(
      await admissions([a, b], `m${index}`, (mq, ...claim) => mq.store.admit(...claim)),
    ).toBeLessThanOrEqual(1);
});

test('the same notices a look before a write', async () => {
  await using here = await place();
  const [a, b] = await twoQueues(here.root);
  await using _a = a;
  await using _b = b;
  const look = await admissions([a, b], 'm', async (mq, claimed, identity) =>
    (await mq.store.isProcessed(claimed.entry.box, identity)) ? 'duplicate' : 'admitted',
  );
  expect(look).toBe(2);
});
