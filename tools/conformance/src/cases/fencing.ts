import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { registered, type Case } from '../case.ts';
import type { Consumer, Held } from '../consumer.ts';
import { Difference } from '../expectation.ts';
import { leased, ledger, ready } from '../file-name.ts';
import { json, task } from '../message.ts';
import { waiting } from './claiming.ts';

const M1 = json(task());
const PATIENT = { retry_policy: { max_retries: 9 } };

/** Ends the session of a holder, as others do: the record first, then its lease. */
function takeAway(bench: Bench, { lease }: Held): void {
  const owner = ownerOf(lease);
  bench.plant({ 'locks/ended/': '' });
  bench.rename(`locks/owners/${owner}.json`, `locks/ended/${owner}~0.json`);
  bench.rename(lease, ready({ d: 1, nonce: 'taken0' }));
}

function ownerOf(lease: string): string {
  return lease.slice(-13, -5);
}

/** A late owner that tries to settle what is no longer its own. */
function late(command: string, rest: Readonly<Record<string, unknown>> = {}): Case {
  return {
    name: `late-${command}`,
    rules: ['R4', 'R34', 'R44', 'R46', 'R48'],
    role: 'consumer',
    title: `Who lost its lease can no longer ${command}, and changes nothing.`,
    before: { ...registered('coder'), ...waiting({}, PATIENT) },
    run: async (bench) => {
      const consumer = bench.open();
      const held = await consumer.claim();
      takeAway(bench, held);
      await consumer.loses(command, { lease: held.lease, ...rest });
    },
    after: { [ready({ d: 1, nonce: 'taken0' })]: json(task(PATIENT)) },
  };
}

async function claimAt(bench: Bench, lease_ms: number): Promise<{ consumer: Consumer; held: Held }> {
  const consumer = bench.open('coder', lease_ms);
  return { consumer, held: await consumer.claim() };
}

export const fencingCases: readonly Case[] = [
  late('ack'),
  late('release'),
  late('retry', { error: 'x' }),
  late('reject', { reason: 'x' }),
  late('renew'),
  {
    name: 'ended-while-holding',
    rules: ['R28', 'R29'],
    role: 'consumer',
    title: 'An owner whose record was taken away touches its leases no more, although they are still there.',
    before: { ...registered('coder'), ...waiting({}) },
    run: async (bench) => {
      const { consumer, held } = await claimAt(bench, 1_500);
      const owner = ownerOf(held.lease);
      bench.plant({ 'locks/ended/': '' });
      bench.rename(`locks/owners/${owner}.json`, `locks/ended/${owner}~0.json`);
      await setTimeout(1_000); // More than half of the lease: it must have noticed, or notice now.
      await consumer.loses('ack', { lease: held.lease });
    },
    after: { [leased({ d: 1 })]: M1 },
  },
  {
    name: 'goes-on-as-another-owner',
    rules: ['R26', 'R28'],
    role: 'consumer',
    title: 'An owner that was ended goes on under a new id.',
    before: { ...registered('coder'), ...waiting({}) },
    run: async (bench) => {
      const { consumer, held } = await claimAt(bench, 1_500);
      takeAway(bench, held);
      await setTimeout(1_000);
      const again = await consumer.claim();
      if (ownerOf(again.lease) === ownerOf(held.lease))
        throw new Difference('it goes on under the id that was ended');
      if (again.delivery !== 2) throw new Difference(`claim: delivery is ${again.delivery} instead of 2`);
      await consumer.do('ack', { lease: again.lease });
    },
    after: { [ledger()]: M1 },
  },
  {
    name: 'heartbeat',
    rules: ['R28', 'R30'],
    role: 'consumer',
    title: 'Every third of the lease the record’s time changes; its path and its content do not.',
    before: { ...registered('coder'), ...waiting({}) },
    run: async (bench) => {
      const { held } = await claimAt(bench, 1_500);
      const path = `locks/owners/${ownerOf(held.lease)}.json`;
      const content = bench.survey().get(path)?.toString();
      const times = new Set<number>();
      const until = performance.now() + 3_000;
      while (performance.now() < until) {
        times.add(statSync(join(bench.root, path)).mtimeMs);
        await setTimeout(50);
      }
      // Six beats fit; a busy computer may be late with some.
      if (times.size < 4)
        throw new Difference(`in two leases its time had ${times.size} values; about 7 belong there`);
      if (bench.survey().get(path)?.toString() !== content)
        throw new Difference('the record’s content changed');
    },
    after: { [leased({ d: 1 })]: M1 },
  },
  {
    name: 'renew-by-hand',
    rules: ['R30'],
    role: 'consumer',
    title: 'A lease can be renewed while it is held.',
    before: { ...registered('coder'), ...waiting({}) },
    run: async (bench) => {
      const { consumer, held } = await claimAt(bench, 30_000);
      await consumer.do('renew', { lease: held.lease });
      await consumer.do('ack', { lease: held.lease });
    },
    after: { [ledger()]: M1 },
  },
  {
    name: 'stopped-past-its-lease',
    rules: ['R28', 'R29', 'R58', 'R59', 'R60'],
    role: 'consumer',
    title:
      'A process that was stopped past its lease has lost its message to another, and harms nobody when it goes on.',
    before: { ...registered('coder'), ...waiting({}, PATIENT) },
    run: async (bench) => {
      const { consumer, held } = await claimAt(bench, 1_000);
      const other = bench.open();
      await other.claimNothing(10);
      consumer.session.signal('SIGSTOP');
      const until = Date.now() + 10_000;
      let again: Held | null = null;
      while (again === null && Date.now() < until) {
        await other.do('takeover');
        again = await other.tryClaim(200);
      }
      consumer.session.signal('SIGCONT');
      if (again === null) throw new Difference('nobody took the message over within ten seconds');
      await consumer.loses('ack', { lease: held.lease });
      if (again.delivery !== 2) throw new Difference(`claim: delivery is ${again.delivery} instead of 2`);
      await other.do('ack', { lease: again.lease });
    },
    after: { [ledger()]: json(task(PATIENT)) },
    skip: process.platform === 'win32' ? 'Windows has no signal that stops a process' : null,
  },
];
