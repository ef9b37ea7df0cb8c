import { readdir, rename, rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { Failure } from '@tapps-agents/contracts';
import { reject, type Box, type Queue } from '../src/index.ts';
import {
  all,
  dead,
  entries,
  event,
  eventsOf,
  faulty,
  messages,
  run,
  site,
  stillClock,
  task,
  type Site,
} from './support-behaviour.ts';

/*
 * A process that dies between "failed", which it has told whoever waits, and the quarantine. Its handler's last word is in the
 * journal, and whoever has the message next keeps to it.
 */

const INBOX: Box = { kind: 'inbox', agentId: 'coder' };

/** A process takes the message, its handler ends like this, that is written down, and it dies. */
async function dies(place: Site, kind: Failure['kind'] | null): Promise<void> {
  const doomed = await place.open('doomed');
  await doomed.store.recover(INBOX);
  const result = await doomed.store.openBox(INBOX).claim();
  if (result.kind !== 'claimed') throw new Error('There is nothing to claim.');
  const { deliveries: delivery, owner, messageId } = result.claimed.entry;
  const error = { name: 'Error', message: `${kind} in ${delivery}.`, code: null, stack: null };
  const at = new Date(Date.now()).toISOString();
  const failure = { delivery, owner, at, agent_id: 'doomed', pid: 1, host: 'here', error };
  if (kind !== null) await doomed.store.journal(INBOX, messageId!).recordFailure({ kind, ...failure });
  await doomed.close(); // Nothing was settled: what it leaves is a lease without an owner.
}

/** How often a handler runs until nothing is left. */
async function handle(coder: Queue, handler = (): unknown => ({})): Promise<number> {
  let runs = 0;
  const counted = (): unknown => {
    runs += 1;
    return handler();
  };
  await coder.work({ task_assignment: counted as () => undefined }, { untilEmpty: true }).done;
  return runs;
}

async function coderQueue(place: Site, maxRetries: number): Promise<Queue> {
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  const retry_policy = { max_retries: maxRetries, backoff_seconds: 0 };
  await coder.send(task({ message_id: 'm', retry_policy }));
  return coder;
}

const fail = (): never => {
  throw new Error('failed again.');
};

test('what a handler had rejected when its process died is rejected, and nobody hears the contrary', async () => {
  await using place = await site();
  const coder = await coderQueue(place, 5);
  await dies(place, 'rejected');
  expect(await handle(coder)).toBe(0);
  expect(await dead(coder)).toMatchObject([
    {
      reason: {
        code: 'rejected',
        reason: 'rejected in 1.',
        deliveries: 2,
        failures: 1,
        history: [{ kind: 'rejected' }, { kind: 'lost' }],
      },
    },
  ]);
  expect(await messages(coder, 'ready', 'outbox')).toMatchObject([
    { status: 'failed', results: { errors: ['rejected in 1.'] } },
  ]);
});

test.each(['failed', 'timed_out'] as const)('what had %s for the last time is given up', async (kind) => {
  await using place = await site();
  const coder = await coderQueue(place, 0);
  await dies(place, kind);
  await dies(place, null); // Also by the one after the next.
  expect(await handle(coder)).toBe(0);
  expect(await dead(coder)).toMatchObject([
    {
      reason: {
        code: 'exhausted',
        reason: `The handler failed 1 time, the last time with: ${kind} in 1. Mend the cause, then replay it.`,
        deliveries: 3,
        failures: 1,
      },
    },
  ]);
});

test('a failure that was not the last, or none at all, leaves the message its other tries', async () => {
  await using place = await site();
  const coder = await coderQueue(place, 1);
  await dies(place, 'failed');
  await dies(place, null);
  expect(await handle(coder)).toBe(1);
  expect(await dead(coder)).toEqual([]);
});

test('failures that were counted and one that was not are too many together', async () => {
  await using place = await site();
  const coder = await coderQueue(place, 1);
  const once = coder.work({ task_assignment: fail }, { limit: 1 });
  await once.done;
  expect(await entries(coder, 'ready')).toMatchObject([{ box: INBOX, deliveries: 1, failures: 1 }]);
  await dies(place, 'failed');
  expect(await handle(coder)).toBe(0);
  expect(await dead(coder)).toMatchObject([{ reason: { code: 'exhausted', failures: 2, deliveries: 3 } }]);
});

test('what a message died of before it was replayed counts no more, however it had come about', async () => {
  await using place = await site();
  const coder = await coderQueue(place, 0);
  for (const end of ['by the journal', 'by its handler']) {
    if (end === 'by the journal') await dies(place, 'rejected');
    await handle(coder, fail);
    expect(await dead(coder)).toHaveLength(1);
    expect(await all(coder.operations.replay({ dryRun: false }))).toMatchObject([{ outcome: 'replayed' }]);
    await dies(place, null);
  }
  expect(await handle(coder)).toBe(1);
  expect(await dead(coder)).toEqual([]);
});

test('a journal that cannot be read keeps no message back, and is reported', async () => {
  await using place = await site();
  const coder = await coderQueue(place, 0);
  await dies(place, 'rejected');
  await coder.store.recover(INBOX);
  const fileSystem = faulty();
  const other = await place.open('coder', { fileSystem });
  const errors = eventsOf(other, 'error');
  fileSystem.fail({ verb: 'list', path: '/journal/inbox/coder/m', code: 'EIO' });
  expect(await handle(other)).toBe(1);
  expect(errors).toMatchObject([{ message: expect.stringContaining('EIO') }]);
});

/** Ways in which a file with a journal that is not its own comes into the box. */
const COMES_AGAIN: readonly [string, (coder: Queue, place: Site) => Promise<void>][] = [
  [
    'was purged and sent again',
    async (coder): Promise<void> => {
      await all(coder.operations.purge({ box: INBOX, state: 'dead', dryRun: false }));
      await coder.send(task({ message_id: 'm', retry_policy: { max_retries: 0 } }));
    },
  ],
  [
    'was moved back by hand',
    async (_, place): Promise<void> => {
      const dlq = ['dlq', 'inbox', 'coder'];
      const name = (await readdir(place.at(...dlq))).find((file) => !file.endsWith('.reason.json'));
      await rename(place.at(...dlq, name!), place.at('inbox', 'coder', name!));
    },
  ],
  [
    'was replayed by a process that died before the reason was kept',
    async (coder, place): Promise<void> => {
      expect(await all(coder.operations.replay({ dryRun: false }))).toMatchObject([{ outcome: 'replayed' }]);
      const journal = ['journal', 'inbox', 'coder', 'm'];
      for (const name of await readdir(place.at(...journal)))
        if (name.startsWith('replayed~')) await rm(place.at(...journal, name));
    },
  ],
];

test.each(
  COMES_AGAIN.flatMap(([how, bring]) =>
    (['a handler', 'a handler whose process died'] as const).map((whose) => ({ how, whose, bring })),
  ),
)(
  'a message that $whose failed, and that $how, is handled, also where a process dies over it',
  async ({ whose, bring }) => {
    await using place = await site();
    const coder = await coderQueue(place, 0);
    if (whose === 'a handler whose process died') await dies(place, 'failed');
    await handle(coder, fail);
    expect(await dead(coder)).toHaveLength(1);
    await bring(coder, place);
    await dies(place, null);
    expect(await handle(coder)).toBe(1);
    expect(await dead(coder)).toEqual([]);
  },
);

test.each([
  ['rejected', 3, (): unknown => reject('never')],
  ['failed for the last time', 0, fail],
] as const)(
  'what was told to have %s is given up once the disk lets it, and not handled again while its process lives',
  async (_, maxRetries, handler) => {
    await using place = await site();
    const { clock, lease } = stillClock();
    const fileSystem = faulty();
    await coderQueue(place, maxRetries);
    const coder = await place.open('coder', { clock, lease, fileSystem });
    const notTwice = /\/dlq\/|\/messages\/inbox\/coder\/[^/]*\.d1/;
    fileSystem.fail({ verb: 'rename', path: notTwice, code: 'EROFS', times: 5 });
    const errors = eventsOf(coder, 'error');
    expect(await run(clock, handle(coder, handler))).toBe(1);
    expect(errors).toHaveLength(5);
    expect(await dead(coder)).toMatchObject([{ reason: { deliveries: 2, failures: 1 } }]);
    const told = await messages(coder, 'ready', 'outbox');
    expect(new Set(told.map((message) => ('status' in message ? message['status'] : null)))).toEqual(
      new Set(['failed']),
    );
    expect(new Set(told.map(({ message_id }) => message_id)).size).toBe(1);
  },
);

test('what was told to have failed, and its consumer has no more time to put back, is given up by the next', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const fileSystem = faulty();
  await coderQueue(place, 3);
  const coder = await place.open('coder', { clock, lease, fileSystem });
  const always = Number.POSITIVE_INFINITY;
  const notYet = /\/dlq\/|\/messages\/inbox\/coder\/[^/]*\.d1/;
  const mend = fileSystem.fail({ verb: 'rename', path: notYet, code: 'EIO', times: always });
  const failed = event(coder, 'error');
  const worker = coder.work({ task_assignment: () => reject('never') });
  await run(clock, failed);
  await run(clock, worker.stop({ grace: 0 }));
  const recovered = event(coder, 'recovered');
  mend();
  await run(clock, recovered);
  expect(await run(clock, handle(coder))).toBe(0);
  expect(await dead(coder)).toMatchObject([{ reason: { code: 'rejected', reason: 'never', deliveries: 2 } }]);
});
