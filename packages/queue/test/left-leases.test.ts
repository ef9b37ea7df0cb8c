import { expect, test } from 'vitest';
import type { Delivery } from '../src/index.ts';
import {
  entries,
  event,
  eventsOf,
  faulty,
  names,
  run,
  site,
  stillClock,
  task,
  type Site,
} from './support-behaviour.ts';

/* What could be neither settled nor put back goes back by itself, also where nobody here reads its box any more. */

const ALWAYS = Number.POSITIVE_INFINITY;
/** A message that was delivered once can be neither finished nor put back. */
const NOWHERE = /\/messages\/(?:processed\/|inbox\/coder\/[^/]*\.d1)/;

/** A coder on a file system that fails when it is told to, with one message. */
async function coderWithOne(place: Site) {
  const { clock, lease } = stillClock();
  const fileSystem = faulty();
  const coder = await place.open('coder', { clock, lease, fileSystem });
  await coder.registerAgent('coder');
  await coder.send(task({ message_id: 'm' }));
  return { coder, clock, fileSystem };
}

test('a message that a consumer could not put back when it stopped goes back while the queue is open to send', async () => {
  await using place = await site();
  const { coder, clock, fileSystem } = await coderWithOne(place);
  const errors = eventsOf(coder, 'error');
  const mend = fileSystem.fail({ verb: 'rename', path: NOWHERE, code: 'EIO', times: ALWAYS });
  const failed = event(coder, 'error');
  const worker = coder.work({ task_assignment: () => {} });
  await run(clock, failed);
  await worker.stop();
  expect(await entries(coder, 'leased')).toMatchObject([{ messageId: 'm' }]);

  // As long as it fails it is tried again, ever later, and each time that is said.
  const before = errors.length;
  const began_ms = clock.monotonic();
  while (errors.length < before + 9) await run(clock, event(coder, 'error'));
  expect(clock.monotonic() - began_ms).toBe(1_000 * (1 + 2 + 4 + 8 + 16 + 32 + 60 + 60 + 60));

  const recovered = event(coder, 'recovered');
  mend();
  expect(await run(clock, recovered)).toMatchObject({ messageId: 'm', deliveries: 1 });
  const inInbox = (await entries(coder, 'ready')).filter(({ box }) => box.kind === 'inbox');
  expect(inInbox).toMatchObject([{ messageId: 'm', deliveries: 1, failures: 0, releases: 0 }]);
  expect(await coder.store.journal({ kind: 'inbox', agentId: 'coder' }, 'm').failures()).toMatchObject([
    {
      kind: 'lost',
      delivery: 1,
      error: { message: expect.stringContaining('Its holder could not settle it') },
    },
  ]);
  expect(errors).toHaveLength(before + 9);
});

test('a message that could not be read, and not be put back, goes back while nobody asks for the next', async () => {
  await using place = await site();
  const { coder, clock, fileSystem } = await coderWithOne(place);
  const errors = eventsOf(coder, 'error');
  fileSystem.fail({ verb: 'read', path: '/locks/inbox/coder/', code: 'EIO' });
  fileSystem.fail({ verb: 'rename', path: /\/messages\/inbox\/coder\/[^/]*\.a\d/, code: 'EIO' });
  const failed = event(coder, 'error');
  const receiver = coder.receive();
  const waiting = receiver.next();
  await failed;
  await receiver.return?.();
  await waiting;
  expect(await entries(coder, 'leased')).toHaveLength(1);
  expect(await run(clock, event(coder, 'recovered'))).toMatchObject({ messageId: 'm' });
  expect(await entries(coder, 'ready')).toHaveLength(1);
  expect(errors).toHaveLength(1);
});

test('a queue that closes tries no more: without its session the message is for whoever comes next', async () => {
  await using place = await site();
  const { coder, clock, fileSystem } = await coderWithOne(place);
  const mend = fileSystem.fail({ verb: 'rename', path: NOWHERE, code: 'EIO', times: ALWAYS });
  const failed = event(coder, 'error');
  const worker = coder.work({ task_assignment: () => {} });
  await run(clock, failed);
  await worker.stop();
  await coder.close();
  expect(clock.pendingTimers).toBe(0);
  expect(await names(place.at('locks', 'owners'))).toEqual([]);
  mend();
  const next = await place.open('coder');
  let handled = 0;
  await next.work({ task_assignment: () => void (handled += 1) }, { untilEmpty: true }).done;
  expect(handled).toBe(1);
});

test.each([
  ['snoozed', (delivery?: Delivery): Promise<void> | undefined => delivery?.snooze(0)],
  [
    'put back for another try',
    (delivery?: Delivery): Promise<void> | undefined => delivery?.retry({ delay: 0 }),
  ],
] as const)(
  'a delivery that could not be %s is in hand as before, and nobody else gets it',
  async (_, settle) => {
    await using place = await site();
    const fileSystem = faulty();
    const coder = await place.open('coder', { fileSystem });
    await coder.registerAgent('coder');
    await coder.send(task({ retry_policy: { max_retries: 1 } }));
    const { value: delivery } = await coder.receive().next();
    fileSystem.fail({ verb: 'rename', path: /\/messages\/inbox\/coder\/[^/]*\.d1/, code: 'EIO' });
    await expect(settle(delivery)).rejects.toThrow('EIO');
    expect(delivery!.signal.aborted).toBe(false);
    expect(await coder.store.recover({ kind: 'inbox', agentId: 'coder' })).toEqual([]);
    await delivery!.ack();
    expect(await entries(coder, 'processed')).toHaveLength(1);
  },
);

test('what a receiver that ends could not put back goes back by itself, and not only when its time is over', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const fileSystem = faulty();
  const coder = await place.open('coder', { clock, lease, fileSystem });
  await coder.registerAgent('coder');
  await coder.send(task());
  const receiver = coder.receive({ lease: '1h' });
  await receiver.next();
  fileSystem.fail({ verb: 'rename', path: /\/messages\/inbox\/coder\/[^/]*\.d1/, code: 'EIO' });
  const errors = eventsOf(coder, 'error');
  await receiver[Symbol.asyncDispose]();
  expect(errors).toHaveLength(1);
  const recovered = event(coder, 'recovered');
  await clock.advance(1_000);
  expect(await recovered).toMatchObject({ deliveries: 1 });
  expect(await entries(coder, 'ready')).toHaveLength(1);
});
