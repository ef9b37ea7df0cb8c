import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { FileSystem } from '@tapps-agents/fs-atomic';
import { expect, test } from 'vitest';
import { openQueue, reject, type Queue } from '../src/index.ts';
import { alteredFileSystem } from '@tapps-agents/fs-atomic/testing';
import { failOnLeaks } from './support/leaks.ts';
import { task } from './support/messages.ts';
import { place, type Place } from './support/place.ts';
import { flushLedger, type FlushLedger } from './support/unflushed.ts';

/*
 * What is acknowledged as durable has been flushed when that is said: the content before it has its name, then the directory, and the
 * names of directories that were made for it. What a loss of power leaves otherwise, the simulator and the power-loss runs show; which
 * flush it was, this does.
 */

failOnLeaks();

/** What the claim of the one message of each test leaves, with no promise: its lease, in a directory that is kept. */
const LEASE = expect.stringMatching(/^locks\/inbox\/coder\/\S+~owner\.json$/) as string;

/** The history of failures (but for a last word that an answer tells), and how far an operation has come, are for people, and not flushed. */
function isPromised(name: string): boolean {
  return !/(?:^|-|of )(?:journal\/|operations\/\S+\/record\.json)/.test(name);
}

async function opened(
  here: Place,
  plant = (inner: FileSystem): FileSystem => inner,
): Promise<{ readonly mq: Queue; readonly ledger: FlushLedger }> {
  const ledger = flushLedger(here.root);
  const mq = await openQueue({
    root: here.root,
    agent: 'coder',
    retention: false,
    ackDurability: 'full',
    fileSystem: plant(ledger.fileSystem),
  });
  return { mq, ledger };
}

test('a new root, and the names above it that somebody else made', async () => {
  await using here = await place();
  mkdirSync(here.root);
  const { mq, ledger } = await opened(here);
  await using _ = mq;
  expect(ledger.unflushed()).toEqual([]);
  expect([...ledger.flushed]).toEqual(expect.arrayContaining([here.path, dirname(here.path)]));
});

test('an agent, what is sent to it, and the directory that its messages are claimed into', async () => {
  await using here = await place();
  const { mq, ledger } = await opened(here);
  await using _ = mq;
  await mq.registerAgent('coder');
  await mq.sendMany([task({ task_id: 'a' }), task({ task_id: 'b', assigned_to: 'tester' })], {
    register: true,
  });
  await mq.send(task({ task_id: 'c', assigned_to: 'x'.repeat(100) }), { register: true });
  // Directories of leases are made ahead of the first claim, which keeps them.
  expect(ledger.unflushed().filter((name) => !/^locks\/inbox(?:\/[^/]+)?$/.test(name))).toEqual([]);
  const receiver = mq.receive();
  await receiver.next();
  const ofLeases = /^locks\/inbox(?:\/coder.*)?$/;
  expect(ledger.unflushed().filter((name) => ofLeases.test(name))).toEqual([LEASE]);
  await receiver.return?.();
});

test('an acknowledgement at full, with its answer and what goes with it; the result of a step when it is told', async () => {
  await using here = await place();
  const { mq, ledger } = await opened(here);
  await using _ = mq;
  await mq.registerAgent('coder');
  await mq.registerAgent('tester');
  await mq.send(task());
  let afterStep: readonly string[] = [];
  const worker = mq.work(
    {
      task_assignment: async (_message, context) => {
        await context.once('step', () => 'result');
        afterStep = ledger.unflushed();
        context.send(task({ task_id: 'next', assigned_to: 'tester' }));
      },
    },
    { limit: 1 },
  );
  await worker.done;
  expect(afterStep).toEqual([LEASE]);
  expect(ledger.unflushed().filter((name) => !name.startsWith('locks/inbox/tester'))).toEqual([]);
});

test('a dead letter beside its reason, and where it came from; what brings it back', async () => {
  await using here = await place();
  const { mq, ledger } = await opened(here);
  await using _ = mq;
  await mq.registerAgent('coder');
  await mq.send(task({ message_id: 'm' }));
  await mq.work({ task_assignment: () => reject('no') }, { limit: 1 }).done;
  expect(ledger.unflushed().filter(isPromised)).toEqual([]);
  for await (const { outcome } of mq.operations.replay({ dryRun: false })) expect(outcome).toBe('replayed');
  // Its reason goes to the history then: where that is lost, the message is there all the same.
  expect(ledger.unflushed().filter(isPromised)).toEqual([
    expect.stringMatching(/^-dlq\/inbox\/coder\/\S+\.reason\.json$/) as string,
  ]);
});

test('the last word of a handler, before an answer tells of it', async () => {
  await using here = await place();
  let atAnswer: readonly string[] | undefined;
  const { mq, ledger } = await opened(here, (inner) =>
    alteredFileSystem(inner, {
      rename: (from, to) => {
        if (/outbox.coder/.test(to)) atAnswer = ledger.unflushed();
        return inner.rename(from, to);
      },
    }),
  );
  await using _ = mq;
  await mq.registerAgent('coder');
  await mq.send(task({ message_id: 'm' }));
  await mq.work({ task_assignment: () => reject('no') }, { limit: 1 }).done;
  expect(atAnswer?.filter((name) => name.includes('journal/'))).toEqual([]);
});

/** Success is said, and nothing is flushed. */
const plants: Readonly<Record<'files' | 'directories', (inner: FileSystem) => FileSystem>> = {
  files: (inner) =>
    alteredFileSystem(inner, {
      create: async (path, mode) => ({ ...(await inner.create(path, mode)), sync: () => {} }),
    }),
  directories: (inner) => alteredFileSystem(inner, { syncDirectory: () => true }),
};

test('the same notices flushes that are left out', async () => {
  for (const [what, noticed] of [
    ['files', /^content of dlq.*reason\.json$/],
    ['directories', /^dlq.*reason\.json$/],
  ] as const) {
    await using here = await place();
    const { mq, ledger } = await opened(here, plants[what]);
    await using _ = mq;
    await mq.registerAgent('coder');
    await mq.send(task({ message_id: 'm' }));
    await mq.work({ task_assignment: () => reject('no') }, { limit: 1 }).done;
    expect(ledger.unflushed()).toContainEqual(expect.stringMatching(noticed));
  }
});
