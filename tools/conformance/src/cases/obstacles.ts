import { registered, type Case } from '../case.ts';
import { anything } from '../expectation.ts';
import { leased, ledger } from '../file-name.ts';
import { json, task } from '../message.ts';
import { waiting } from './claiming.ts';

/** A lease whose owner has no record, and so returns at once. */
const LEASE = leased({ d: 2, f: 1, nonce: '000001' }, '0000000a');
const CONTENT = json(task({ retry_policy: { max_retries: 9 } }));

/** Something that cannot be read stands in the way of one owner or one lease; what others left is handled all the same. */
function goesOn(name: string, title: string, obstacle: Case['before'], left: readonly string[]): Case {
  const before = {
    ...registered('coder'),
    [LEASE]: CONTENT,
    ...waiting({ id: 'm-3', created_at: '2026-01-09T13:00:00.000Z' }),
    ...obstacle,
  };
  return {
    name,
    rules: ['R33', 'R60'],
    role: 'consumer',
    title,
    before,
    run: async (bench) => {
      const consumer = bench.open();
      const handled = new Set<unknown>();
      while (handled.size < 2) {
        const { message, lease } = await consumer.claim();
        await consumer.do('ack', { lease });
        handled.add(message['message_id']);
      }
    },
    after: {
      [ledger('m-1')]: CONTENT,
      [ledger('m-3')]: anything,
      ...Object.fromEntries(left.map((path) => [path, anything])),
    },
  };
}

const UNREADABLE = '0000000b';
const HELD_UP = leased({ id: 'm-2', d: 1, nonce: '000002' }, UNREADABLE);

/** What cannot be read or moved keeps back nothing else. */
export const obstaclesCases: readonly Case[] = [
  goesOn(
    'takeover-past-a-directory',
    'A directory in the place of an owner’s record holds up that owner’s leases, and nothing else.',
    { [`locks/owners/${UNREADABLE}.json/`]: '', [HELD_UP]: json(task({ message_id: 'm-2' })) },
    [HELD_UP],
  ),
  goesOn(
    'takeover-past-a-link',
    'A link in the place of an owner’s record holds up that owner’s leases, and nothing else.',
    {
      'elsewhere.json': '{}',
      [`locks/owners/${UNREADABLE}.json`]: '-> ../../elsewhere.json',
      [HELD_UP]: json(task({ message_id: 'm-2' })),
    },
    [HELD_UP, 'elsewhere.json'],
  ),
  goesOn(
    'takeover-past-a-journal',
    'Where nobody can remember the loss of a lease, its message is handled all the same.',
    { 'journal/inbox/coder/m-1': 'no directory' },
    [],
  ),
];
