import { registered, type Case } from '../case.ts';
import type { Consumer, Held } from '../consumer.ts';
import { Difference } from '../expectation.ts';
import { leased, ready } from '../file-name.ts';
import { json, task } from '../message.ts';
import { deadPid, ownerRecord } from '../owner-record.ts';

/** Rounds in which two processes compete. Each is short, as a claim that finds something does not wait. */
const ROUNDS = 25;
const LEASES = 30;

export const competingCases: readonly Case[] = [
  {
    name: 'two-claim-one',
    rules: ['R34', 'R72'],
    role: 'consumer',
    title: 'Of two processes that claim the same message one gets it, every time.',
    before: registered('coder'),
    run: async (bench) => {
      const consumers = [bench.open(), bench.open()];
      await Promise.all(consumers.map((consumer) => consumer.claimNothing(10)));
      for (let round = 0; round < ROUNDS; round += 1) {
        const message_id = `round-${round}`;
        bench.plant({ [ready({ id: message_id, nonce: '000000' })]: json(task({ message_id })) });
        const won = await claimBoth(consumers);
        if (won.length !== 1)
          throw new Difference(`in round ${round}, ${won.length} of the two got the message`);
        for (const { consumer, held } of won) await consumer.do('ack', { lease: held.lease });
      }
      const left = [...bench.survey().keys()].filter(
        (path) => path.startsWith('processed/') || path.includes('/coder/2'),
      );
      if (left.length !== ROUNDS)
        throw new Difference(`of ${ROUNDS} messages there are ${left.length} files in the end`);
    },
  },
  {
    name: 'two-claim-two-copies',
    rules: ['R40', 'R41', 'R42'],
    role: 'consumer',
    title: 'Of two copies that two processes claim at the same moment, never both go on.',
    before: registered('coder'),
    run: async (bench) => {
      const consumers = [bench.open(), bench.open()];
      await Promise.all(consumers.map((consumer) => consumer.claimNothing(10)));
      for (let round = 0; round < ROUNDS; round += 1) {
        const content = json(task({ message_id: `round-${round}` }));
        bench.plant({
          [ready({ id: `round-${round}`, nonce: '000000' })]: content,
          [ready({ id: `round-${round}`, nonce: '000001' })]: content,
        });
        const won = await claimBoth(consumers);
        const ids = won.map(({ held }) => held.message['message_id']);
        if (ids.length !== new Set(ids).size)
          throw new Difference(`in round ${round} both copies are in hand`);
        for (const { consumer, held } of won) await consumer.do('ack', { lease: held.lease });
      }
    },
  },
  {
    name: 'claims-during-a-takeover',
    rules: ['R34', 'R59', 'R60'],
    role: 'consumer',
    title: 'While two processes return the leases of a dead one and claim, every message is handled once.',
    before: registered('coder'),
    run: async (bench) => {
      const owner = '0000000a';
      for (let index = 0; index < LEASES; index += 1) {
        const message_id = `m-${index}`;
        bench.plant({
          [leased({ id: message_id, d: 1, nonce: '000000' }, owner)]: json(task({ message_id })),
        });
      }
      bench.plant({ [`locks/owners/${owner}.json`]: ownerRecord(owner, { pid: deadPid() }) });
      const handled: string[] = [];
      await Promise.all([bench.open(), bench.open()].map((consumer) => drain(consumer, handled)));
      const once = new Set(handled);
      if (once.size !== LEASES || handled.length !== LEASES)
        throw new Difference(
          `of ${LEASES} messages ${once.size} were handled, in ${handled.length} deliveries`,
        );
      const ledger = [...bench.survey().keys()].filter((path) => path.startsWith('processed/'));
      if (ledger.length !== LEASES)
        throw new Difference(`the ledger has ${ledger.length} entries instead of ${LEASES}`);
    },
    skip: process.platform === 'linux' ? null : 'only Linux tells enough of a process to prove it dead',
  },
];

/** Both claim at the same moment, until one or both got something. */
async function claimBoth(consumers: readonly Consumer[]): Promise<{ consumer: Consumer; held: Held }[]> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const claims = await Promise.all(
      consumers.map(async (consumer) => ({ consumer, held: await consumer.tryClaim(60) })),
    );
    const won = claims.flatMap(({ consumer, held }) => (held === null ? [] : [{ consumer, held }]));
    if (won.length > 0) return won;
  }
  throw new Difference('claim: neither of two processes got a message that is ready');
}

async function drain(consumer: Consumer, handled: string[]): Promise<void> {
  for (let empty = 0; empty < 3;) {
    await consumer.do('takeover');
    const held = await consumer.tryClaim(150);
    empty = held === null ? empty + 1 : 0;
    if (held === null) continue;
    handled.push(String(held.message['message_id']));
    await consumer.do('ack', { lease: held.lease });
  }
}
