import { setTimeout } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { onLinuxOnly, registered, type Case } from '../case.ts';
import { anything, Difference, jsonWith } from '../expectation.ts';
import { leased, ready } from '../file-name.ts';
import { json, task } from '../message.ts';
import { deadPid, ownerRecord } from '../owner-record.ts';

const OWNER = '0000000a';
const LEASE = leased({ d: 2, f: 1, nonce: '000001' }, OWNER);
const RECORD = `locks/owners/${OWNER}.json`;
const ENDED = `locks/ended/${OWNER}~{unique}.json`;
const CONTENT = json(task({ retry_policy: { max_retries: 9 } }));
/** Where nobody tells of processes, none can be proven dead. */
const needsProc =
  process.platform === 'linux' ? null : 'only Linux tells enough of a process to prove it dead';

function isReturned(bench: Bench): boolean {
  return ![...bench.survey().keys()].includes(LEASE);
}

/** Somebody who paused everybody, so that what comes back stays where it is. */
const PAUSED = { 'locks/paused/all.json': '' };

/** A lease whose owner's record is like this, and must stay, however often one looks. */
function stays(
  name: string,
  title: string,
  fields: () => Readonly<Record<string, unknown>>,
  skip: string | null = null,
): Case {
  return {
    name,
    rules: ['R58'],
    role: 'consumer',
    title,
    before: { ...registered('coder'), ...PAUSED, [LEASE]: CONTENT },
    run: async (bench) => {
      bench.plant({ [RECORD]: ownerRecord(OWNER, fields()) });
      const consumer = bench.open();
      for (let look = 0; look < 8; look += 1) {
        await consumer.do('takeover');
        await setTimeout(100);
      }
    },
    after: { ...PAUSED, [LEASE]: CONTENT, [RECORD]: anything },
    skip,
  };
}

/** A lease whose owner is dead: back in its box, its delivery counted, its record put away, and its loss remembered. */
function returns(name: string, title: string, fields: () => Readonly<Record<string, unknown>>): Case {
  return {
    name,
    rules: ['R58', 'R59', 'R60'],
    role: 'consumer',
    title,
    before: { ...registered('coder'), ...PAUSED, [LEASE]: CONTENT },
    run: async (bench) => {
      bench.plant({ [RECORD]: ownerRecord(OWNER, fields()) });
      await bench.open().do('takeover');
    },
    after: { ...PAUSED, [ready({ d: 2, f: 1 })]: CONTENT, [ENDED]: anything },
    skip: needsProc,
  };
}

export const takeoverCases: readonly Case[] = [
  returns('takeover-of-the-dead', 'The lease of a process that is gone returns at once.', () => ({
    pid: deadPid(),
    process_started: '1@time:[1]',
  })),
  returns('takeover-of-a-reused-pid', 'A pid that started at another time is another process.', () => {
    const facts = JSON.parse(ownerRecord(OWNER)) as { process_started: string };
    return { process_started: facts.process_started.replace(/^\d+/, '7') };
  }),
  stays('takeover-not-of-the-living', 'A living process keeps its lease.', () => ({})),
  stays('takeover-not-of-another-boot', 'A pid of another boot proves nothing.', () => ({
    pid: deadPid(),
    boot_id: '00000000-0000-0000-0000-000000000000',
  })),
  stays('takeover-not-without-a-boot', 'Where the boot is not known, nothing is proven.', () => ({
    pid: deadPid(),
    boot_id: null,
  })),
  stays('takeover-not-of-another-host', 'A pid of another computer proves nothing.', () => ({
    pid: deadPid(),
    host: 'another-computer',
  })),
  stays('takeover-not-of-another-namespace', 'A pid of another namespace proves nothing.', () => ({
    pid: deadPid(),
    pid_namespace: 'pid:[1]',
  })),
  stays('takeover-not-of-a-detached-owner', 'Without a process there is none that could be dead.', () => ({
    pid: null,
    detached: true,
    deadline_uptime_ms: 1e15,
  })),
  stays(
    'takeover-not-across-time-namespaces',
    'Start times of different time namespaces are not compared.',
    () => ({ process_started: '7@time:[1]' }),
  ),
  {
    name: 'takeover-reads-anew',
    rules: ['R58', 'R70'],
    role: 'consumer',
    title: 'A record that was replaced is read anew: what was a living process’s may be a dead one’s.',
    before: { ...registered('coder'), ...PAUSED, [LEASE]: CONTENT, [RECORD]: ownerRecord(OWNER) },
    run: async (bench) => {
      const consumer = bench.open();
      await consumer.do('takeover');
      bench.plant({ 'tmp/r.tmp': ownerRecord(OWNER, { pid: deadPid(), process_started: null }) });
      bench.rename('tmp/r.tmp', RECORD);
      await consumer.do('takeover');
    },
    after: { ...PAUSED, [ready({ d: 2, f: 1 })]: CONTENT, [ENDED]: anything },
    skip: needsProc,
  },
  {
    name: 'takeover-not-by-the-clock',
    rules: ['R58'],
    role: 'consumer',
    title: 'However old a record’s time looks, it says nothing: clocks are not compared.',
    before: {
      ...registered('coder'),
      ...PAUSED,
      [LEASE]: CONTENT,
      [RECORD]: ownerRecord(OWNER, { host: 'another-computer', lease_ms: 60_000 }),
    },
    run: async (bench) => {
      bench.setTime(RECORD, 1_000_000_000);
      const consumer = bench.open();
      for (let look = 0; look < 5; look += 1) await consumer.do('takeover');
    },
    after: { ...PAUSED, [LEASE]: CONTENT, [RECORD]: anything },
  },
  {
    name: 'takeover-not-of-the-unreadable',
    rules: ['R58'],
    role: 'consumer',
    title: 'A record that cannot be read is given five minutes.',
    before: { ...registered('coder'), ...PAUSED, [LEASE]: CONTENT, [RECORD]: '{"owner": "00' },
    run: async (bench) => {
      const consumer = bench.open();
      for (let look = 0; look < 20; look += 1) {
        await consumer.do('takeover');
        await setTimeout(100);
      }
    },
    after: { ...PAUSED, [LEASE]: CONTENT, [RECORD]: anything },
  },
  {
    name: 'takeover-without-a-record',
    rules: ['R57', 'R60'],
    role: 'consumer',
    title: 'A lease whose owner has no record returns at once.',
    before: { ...registered('coder'), ...PAUSED, [LEASE]: CONTENT },
    run: async (bench) => {
      await bench.open().do('takeover');
    },
    after: { ...PAUSED, [ready({ d: 2, f: 1 })]: CONTENT },
  },
  {
    name: 'takeover-is-remembered',
    rules: ['R55', 'R60'],
    role: 'consumer',
    title: 'The loss of a lease is remembered in the message’s journal.',
    before: { ...registered('coder'), ...PAUSED, [LEASE]: CONTENT },
    run: async (bench) => {
      await bench.open().do('takeover');
    },
    after: {
      ...PAUSED,
      [ready({ d: 2, f: 1 })]: CONTENT,
      'journal/inbox/coder/m-1/failure~d2~{nonce}.json': jsonWith({
        kind: 'lost',
        delivery: 2,
        owner: OWNER,
      }),
    },
  },
  {
    name: 'takeover-after-a-lease',
    rules: ['R58', 'R59', 'R60'],
    role: 'consumer',
    title: 'A record that stands still for its lease and a second more may be ended; not before.',
    before: {
      ...registered('coder'),
      ...PAUSED,
      [LEASE]: CONTENT,
      [RECORD]: ownerRecord(OWNER, { host: 'another-computer', lease_ms: 1_000 }),
    },
    run: async (bench) => {
      const consumer = bench.open();
      await consumer.claimNothing(10);
      const began = performance.now();
      while (!isReturned(bench)) {
        if (performance.now() - began > 15_000)
          throw new Difference('after fifteen seconds it is still not returned');
        await consumer.do('takeover');
        await setTimeout(100);
      }
      // The session may have looked for the first time when it opened, a little before the clock here was read.
      if (performance.now() - began < 1_700)
        throw new Difference(
          `it was returned after ${Math.round(performance.now() - began)} ms; 2,000 ms are its own`,
        );
    },
    after: { ...PAUSED, [ready({ d: 2, f: 1 })]: CONTENT, [ENDED]: anything },
  },
  {
    name: 'takeover-not-while-it-beats',
    rules: ['R28', 'R58'],
    role: 'consumer',
    title: 'A record that goes on changing is never ended.',
    before: {
      ...registered('coder'),
      ...PAUSED,
      [LEASE]: CONTENT,
      [RECORD]: ownerRecord(OWNER, { host: 'another-computer', lease_ms: 1_000 }),
    },
    run: async (bench) => {
      const consumer = bench.open();
      const began = performance.now();
      for (let beat = 1; performance.now() - began < 3_500; beat += 1) {
        bench.setTime(RECORD, 1_000_000_000 + beat);
        await consumer.do('takeover');
        await setTimeout(150);
      }
    },
    after: { ...PAUSED, [LEASE]: CONTENT, [RECORD]: anything },
  },
  {
    name: 'takeover-record-first',
    rules: ['R59'],
    role: 'consumer',
    title: 'First the record goes, then the leases.',
    before: { ...registered('coder'), ...PAUSED, [LEASE]: CONTENT },
    run: async (bench) => {
      bench.plant({ [RECORD]: ownerRecord(OWNER, { pid: deadPid() }) });
      const witness = bench.watch('locks/ended', 'locks/inbox/coder');
      await bench.open().do('takeover');
      await witness.sawInOrder(ENDED, LEASE);
    },
    after: { ...PAUSED, [ready({ d: 2, f: 1 })]: CONTENT, [ENDED]: anything },
    skip: onLinuxOnly,
  },
  {
    name: 'takeover-by-itself',
    rules: ['R57', 'R61'],
    role: 'consumer',
    title: 'A consumer that waits finds orphaned leases by itself.',
    before: { ...registered('coder'), [LEASE]: CONTENT },
    run: async (bench) => {
      const { delivery } = await bench.open().claim();
      if (delivery !== 3) throw new Difference(`claim: delivery is ${delivery} instead of 3`);
    },
    after: { [leased({ d: 3, f: 1 })]: CONTENT },
  },
  {
    name: 'takeover-of-the-killed',
    rules: ['R26', 'R27', 'R58', 'R60', 'R61'],
    role: 'consumer',
    title: 'What a killed process held is handled by another at once.',
    before: { ...registered('coder'), [ready({ nonce: '000000' })]: CONTENT },
    run: async (bench) => {
      const victim = bench.open();
      await victim.claim();
      await victim.session.kill();
      const { delivery } = await bench.open().claim();
      if (delivery !== 2) throw new Difference(`claim: delivery is ${delivery} instead of 2`);
    },
    after: { [leased({ d: 2 })]: CONTENT },
    skip: needsProc,
  },
];
