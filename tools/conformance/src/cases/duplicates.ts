import { registered, type Case } from '../case.ts';
import { anything, Difference } from '../expectation.ts';
import { leased, ledger, ready } from '../file-name.ts';
import { json, task } from '../message.ts';
import { ownerRecord } from '../owner-record.ts';
import { timeIn } from '../place-pattern.ts';
import { waiting } from './claiming.ts';

const M1 = json(task());

export const duplicatesCases: readonly Case[] = [
  {
    name: 'duplicate',
    rules: ['R23', 'R41', 'R42', 'R45'],
    role: 'consumer',
    title: 'What the ledger has is finished without a handler, beside its first copy.',
    before: { ...registered('coder'), [ledger()]: M1, ...waiting({}, { priority: 'medium' }) },
    run: (bench) => bench.open().claimNothing(),
    after: { [ledger()]: M1, [ledger('m-1', '~dup~{nonce}')]: anything },
  },
  {
    name: 'duplicate-of-an-earlier-writer',
    rules: ['R41', 'R42', 'R45'],
    role: 'consumer',
    title: 'What an earlier writer recorded by its id alone is a duplicate, whatever its task.',
    before: {
      ...registered('coder'),
      [ledger('m-1', '', 'inbox/coder', 'any%h/any%h')]: '{}',
      ...waiting({}),
    },
    run: (bench) => bench.open().claimNothing(),
    after: { [ledger('m-1', '', 'inbox/coder', 'any%h/any%h')]: '{}', [ledger('m-1', '~dup~{nonce}')]: M1 },
  },
  {
    name: 'duplicate-of-another-task',
    rules: ['R41'],
    role: 'consumer',
    title: 'The ledger is kept by workflow and task: the same id in another one is another message.',
    before: { ...registered('coder'), [ledger('m-1', '', 'inbox/coder', 'w-1/t-2')]: M1, ...waiting({}) },
    run: async (bench) => {
      await bench.open().claim();
    },
    after: { [ledger('m-1', '', 'inbox/coder', 'w-1/t-2')]: M1, [leased({ d: 1 })]: M1 },
  },
  {
    name: 'duplicate-no-longer',
    rules: ['R41'],
    role: 'consumer',
    title: 'A forced run is handled although the ledger has the message.',
    before: { ...registered('coder'), [ledger()]: M1, ...waiting({ x: 1 }) },
    run: async (bench) => {
      await bench.open().claim();
    },
    after: { [ledger()]: M1, [leased({ d: 1, x: 1 })]: M1 },
  },
  {
    name: 'duplicate-of-a-forced-run',
    rules: ['R41', 'R45'],
    role: 'consumer',
    title: 'A forced run that was done is a duplicate too.',
    before: { ...registered('coder'), [ledger('m-1', '~x1')]: M1, ...waiting({ x: 1 }) },
    run: (bench) => bench.open().claimNothing(),
    after: { [ledger('m-1', '~x1')]: M1, [ledger('m-1', '~dup~{nonce}')]: M1 },
  },
  {
    name: 'copy-in-other-hands',
    rules: ['R40'],
    role: 'consumer',
    title:
      'While another lease has the id, a copy waits half a second at most, and its delivery does not count.',
    before: {
      ...registered('coder'),
      'locks/owners/0000000a.json': ownerRecord('0000000a'),
      [leased({ d: 1, nonce: '000001' }, '0000000a')]: M1,
      ...waiting({ d: 2, r: 1 }),
    },
    run: async (bench) => {
      const began_ms = Date.now();
      const consumer = bench.open();
      await consumer.claimNothing(100);
      const pattern = ready({ d: 2, r: 1, a: '{time}' });
      const at_ms =
        [...bench.survey().keys()].map((path) => timeIn(path, pattern)).find((time) => time !== null) ?? 0;
      if (at_ms < began_ms || at_ms > Date.now() + 5_000)
        throw new Difference(
          `missing: ${pattern}, not before a moment within 500 ms (5 s if it was met again)`,
        );
    },
    after: { [leased({ d: 1, nonce: '000001' }, '0000000a')]: M1, [ready({ d: 2, r: 1, a: '{time}' })]: M1 },
  },
  {
    name: 'copies-one-after-another',
    rules: ['R15', 'R40', 'R41', 'R42', 'R45'],
    role: 'consumer',
    title: 'Of two copies one is handled, whoever holds it; the other is a duplicate afterwards.',
    before: { ...registered('coder'), 'inbox/coder/a.json': M1, 'inbox/coder/b.json': M1 },
    run: async (bench) => {
      const [first, second] = [bench.open(), bench.open()];
      const { lease } = await first.claim();
      await second.claimNothing();
      await first.do('ack', { lease });
      // The other copy may be put off once more; it must never be handed out.
      for (let look = 0; look < 20; look += 1) {
        await second.claimNothing();
        if ([...bench.survey().keys()].some((path) => path.includes('~dup~'))) return;
      }
    },
    after: { [ledger()]: M1, [ledger('m-1', '~dup~{nonce}')]: M1 },
  },
];
