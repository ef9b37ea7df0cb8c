import { nodeFileSystem } from '@tapps-agents/fs-atomic';
import { alteredFileSystem } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { openQueue, type Box, type BoxReader, type Claimed, type Queue } from '../src/index.ts';
import { identityOf } from '../src/identity.ts';

import { failOnLeaks } from './support/leaks.ts';
import { task } from './support/messages.ts';
import { place, type Place } from './support/place.ts';

failOnLeaks();

const BOX: Box = { kind: 'inbox', agentId: 'coder' };
const NONE = { durability: 'none' } as const;

/** A queue, and how often it has listed the leases of its inbox. */
async function open({ root }: Place): Promise<{ queue: Queue; listings: () => number }> {
  let listings = 0;
  const fileSystem = alteredFileSystem(nodeFileSystem(), {
    names: (path) => {
      if (path.replaceAll('\\', '/').endsWith('/locks/inbox/coder')) listings += 1;
      return nodeFileSystem().names?.(path) ?? [];
    },
  });
  const queue = await openQueue({ root, agent: 'coder', retention: false, fileSystem });
  await queue.registerAgent('coder');
  return { queue, listings: () => listings };
}

async function claim(reader: BoxReader): Promise<Claimed> {
  const result = await reader.claim();
  if (result.kind === 'empty') throw new Error('Nothing was there to claim.');
  return result.claimed;
}

test('one listing of the leases admits all that was claimed before it, and nothing that was claimed later', async () => {
  await using here = await place();
  const { queue, listings } = await open(here);
  await using _queue = queue;
  const messages = Array.from({ length: 4 }, (_, index) => task({ message_id: `m${index}` }));
  await queue.sendMany(messages);
  const reader = queue.store.openBox(BOX);
  const claimed = [await claim(reader), await claim(reader), await claim(reader)];
  const admit = (lease: Claimed): unknown => {
    const message = messages.find(({ message_id }) => message_id === lease.entry.messageId);
    return message && queue.store.admit(lease, identityOf(message));
  };
  const before = listings();
  for (const lease of claimed) expect(await admit(lease)).toBe('admitted');
  expect(listings() - before).toBe(1);
  const late = await claim(reader);
  expect(await admit(late)).toBe('admitted');
  expect(listings() - before).toBe(2);
});

test.each(['one reader', 'two readers'])(
  'of two copies that one process has claimed through %s, the later waits for the earlier, which waits for nobody',
  async (how) => {
    await using here = await place();
    const { queue } = await open(here);
    await using _queue = queue;
    const twin = task({ message_id: 'twin' });
    await queue.sendMany([twin, twin]);
    const reader = queue.store.openBox(BOX);
    const earlier = await claim(reader);
    const later = await claim(how === 'one reader' ? reader : queue.store.openBox(BOX));
    const identity = identityOf(twin);
    expect(await queue.store.admit(later, identity)).toBe('contended');
    expect(await queue.store.admit(earlier, identity)).toBe('admitted');
    await queue.store.ack(earlier, identity, NONE);
    expect(await queue.store.admit(later, identity)).toBe('duplicate');
  },
);

test('what a worker has room for is claimed together, and handled though the claim after it fails', async () => {
  await using here = await place();
  const { queue, listings } = await open(here);
  await using _queue = queue;
  await queue.sendMany(Array.from({ length: 6 }, (_, index) => task({ message_id: `m${index}` })));
  const { store } = queue;
  const openBox = store.openBox.bind(store);
  let claims = 0;
  Object.assign(store, {
    openBox: (...how: Parameters<typeof openBox>): BoxReader => {
      const reader = openBox(...how);
      const claimOne = reader.claim.bind(reader);
      return Object.assign(reader, {
        claim: () => {
          claims += 1;
          if (claims === 3) throw Object.assign(new Error('EIO: planted'), { code: 'EIO' });
          return claimOne();
        },
      });
    },
  });
  const errors: unknown[] = [];
  queue.events.on('error', (error) => void errors.push(error));
  const handled = new Map<string, number>();
  const worker = queue.work(
    {
      task_assignment: ({ message_id }) => {
        handled.set(message_id, listings());
        return {};
      },
    },
    { concurrency: 3, untilEmpty: true },
  );
  await worker.done;
  expect([...handled.keys()].toSorted()).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5']);
  expect(handled.get('m1')).toBe(handled.get('m0'));
  expect(errors).toMatchObject([{ message: 'EIO: planted' }]);
});
