import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { nodeFileSystem } from '@tapps-agents/fs-atomic';
import { openQueue, type Box, type Delivery } from '../../src/index.ts';
import { leaseFromEnqueue } from '../support/faults-of-others.ts';
import { failOnLeaks } from '../support/leaks.ts';
import { task } from '../support/messages.ts';
import { listed, place } from '../support/place.ts';

/*
 * Elsewhere, a lease was counted from the time at which the message had been put into the queue. One that had waited for longer
 * than a lease was everybody's again the moment it was claimed.
 *
 * Here no time of a message has any part in it: a lease lasts as long as its owner's record changes, watched by others on
 * clocks of their own, and a delivery taken by hand has a timer that begins when it is handed out.
 */

failOnLeaks();

const INBOX: Box = { kind: 'inbox', agentId: 'coder' };
const YEAR_MS = 365 * 86_400_000;

test.each(['its name', 'its file', 'both'])(
  'a message that has waited for a year, by %s, is held for a whole lease from its claim',
  async (told) => {
    await using here = await place();
    const clock = new ManualClock({ now_ms: Date.now() });
    const options = { root: here.root, agent: 'coder', retention: false, lease: '30s' } as const;
    await using mq = await openQueue({ ...options, clock });
    await using other = await openQueue({ ...options, clock });
    await mq.registerAgent('coder');
    const long_ago = new Date(Date.now() - YEAR_MS);
    await mq.send(
      task({ message_id: 'm', ...(told === 'its file' ? {} : { created_at: long_ago.toISOString() }) }),
    );
    const name = listed(join(here.root, 'inbox/coder')).find((each) => each.endsWith('.json')) ?? '';
    if (told !== 'its name') utimesSync(join(here.root, 'inbox/coder', name), long_ago, long_ago);

    const { value: delivery } = (await mq.receive({ lease: '30s' }).next()) as { value: Delivery };
    for (let waited_ms = 0; waited_ms < 29_000; waited_ms += 1_000) {
      expect(await other.store.recover(INBOX)).toEqual([]);
      expect(await other.store.openBox(INBOX).claim()).toMatchObject({ kind: 'empty' });
      await clock.advance(1_000);
    }
    await delivery.renew();
    await clock.advance(29_000);
    expect(await other.store.recover(INBOX)).toEqual([]);
    await delivery.ack();
    expect(listed(join(here.root, 'processed/inbox/coder/w/t'))).toEqual(['m.json']);
  },
);

test('a message that was enqueued when its holder began to be watched is as safe as any other', async () => {
  await using here = await place();
  const clock = new ManualClock({ now_ms: Date.now() });
  const options = { root: here.root, agent: 'coder', retention: false, lease: '30s' } as const;
  await using mq = await openQueue({ ...options, clock });
  await using other = await openQueue({ ...options, clock });
  await mq.registerAgent('coder');
  await mq.sendMany(['a', 'b'].map((id) => task({ message_id: id })));
  const deliveries = mq.receive({ lease: '30s' });
  const { value: first } = (await deliveries.next()) as { value: Delivery };
  for (let waited_ms = 0; waited_ms < 25_000; waited_ms += 5_000) {
    expect(await other.store.recover(INBOX)).toEqual([]);
    await clock.advance(5_000);
  }
  await first.ack();
  const { value: second } = (await deliveries.next()) as { value: Delivery };
  for (let waited_ms = 0; waited_ms < 25_000; waited_ms += 5_000) {
    expect(await other.store.recover(INBOX)).toEqual([]);
    await clock.advance(5_000);
  }
  await second.ack();
});

test('the same notices a lease that is counted from the time at which the message was put in', async () => {
  await using here = await place();
  const clock = new ManualClock({ now_ms: Date.now() });
  const options = { root: here.root, agent: 'coder', retention: false, lease: '30s', clock } as const;
  await using mq = await openQueue(options);
  const fileSystem = leaseFromEnqueue(clock, 30_000)(nodeFileSystem());
  await using other = await openQueue({ ...options, fileSystem });
  await mq.registerAgent('coder');
  await mq.send(task({ message_id: 'm' }));
  clock.freeze(120_000); // Far beyond the lease, as the file's time is a real one, and a busy computer is late.
  const deliveries = mq.receive({ lease: '30s' });
  expect(await deliveries.next()).toMatchObject({ done: false });
  expect(await other.store.recover(INBOX)).toMatchObject([{ entry: { messageId: 'm' } }]);
  await deliveries[Symbol.asyncDispose]();
});
