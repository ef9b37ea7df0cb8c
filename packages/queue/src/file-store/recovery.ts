import { join } from 'node:path';
import type { Failure } from '@tapps-agents/contracts';
import { moveFile, type OwnerObserver, type OwnerRecord, type OwnerSession } from '@tapps-agents/fs-atomic';
import { Failures } from '../failures-on-the-way.ts';
import type { Holder, Recovered } from '../store.ts';
import type { Box } from '../stored-message.ts';
import { exists, namesIn, statusOf, writing, type Disk } from './disk.ts';
import { makeEntry } from './entry.ts';
import { FileJournal } from './journal.ts';
import { heldPaths } from './lease.ts';
import { formatReady, parseLeased, type Name } from './names.ts';
import { newNonce } from './nonce.ts';

/** What was taken back, and what could not be: that is tried again the next time. */
export interface Recovery {
  readonly recovered: readonly Recovered[];
  readonly failures: Failures;
}

/** Windows: once one lease was waited for in vain, the others are not, or many that are stuck would hold up the box for hours. */
const IMPATIENT = { busy_ms: 0 };

/**
 * Takes back the leases of holders that are gone, in one box.
 *
 * A session has ended when its record is no longer at its place. One that is provably dead, or that this process has
 * itself watched being silent for a whole lease and more, is ended here first, by renaming its record away; a holder that
 * only slept finds out with its next heartbeat. Then its leases are renamed back, by exact name. Whoever else
 * does the same, or acknowledges late, gets ENOENT: only one rename of a name succeeds. If we die in between, the record
 * is gone already, and the next process returns what we left.
 *
 * Of this process's own leases, those are returned that nobody here works on: what was abandoned, or what a claim left behind that
 * failed midway, would otherwise stay as long as the process lives.
 *
 * A record that cannot be read, or a lease that cannot be moved, keeps back nothing but itself.
 */
export async function recover(
  disk: Disk,
  observer: OwnerObserver,
  box: Box,
  own: OwnerSession | null,
): Promise<Recovery> {
  const recovered: Recovered[] = [];
  const failures = new Failures();
  for (const [owner, leases] of await leasesByOwner(disk, box)) {
    const isOwn = owner === own?.owner;
    const holder = isOwn
      ? holderOf(owner, own.record, 'absent')
      : await failures.guard(() => goneHolder(observer, owner));
    if (holder === null) continue;
    const held = isOwn ? heldPaths(own) : null;
    for (const { fileName, name } of leases) {
      const path = join(disk.layout.leases(box), fileName);
      if (held?.has(path) === true) continue;
      const patience = failures.kept.length > 0 ? 'impatient' : 'patient';
      const entry = await failures.guard(() => returnLease(disk, box, path, name, patience));
      if (entry === undefined || entry === null) continue;
      recovered.push({ entry, holder });
      await failures.guard(() => recordLoss(disk, box, name, holder, isOwn ? 'own' : 'gone'));
    }
  }
  return { recovered, failures };
}

/** Ends the session of an owner that is gone, where nobody has yet; null for one that lives. */
async function goneHolder(observer: OwnerObserver, owner: string): Promise<Holder | null> {
  const record = await observer.record(owner);
  const state = await observer.observe(owner);
  if (state === 'alive') return null;
  if (state !== 'absent') await observer.end(owner);
  return holderOf(owner, record, state === 'absent' ? 'absent' : 'dead');
}

/** What is known of a holder, for people. */
export function holderOf(
  owner: string,
  record: OwnerRecord | null,
  state: Holder['state'],
  times: Pick<Holder, 'timeLeft_ms' | 'beatAt_ms'> = { timeLeft_ms: null, beatAt_ms: null },
): Holder {
  const agentId: unknown = record?.['agent_id'];
  return {
    owner,
    state,
    agentId: typeof agentId === 'string' ? agentId : null,
    pid: record?.pid ?? null,
    host: record?.host ?? null,
    detached: record?.detached ?? false,
    ...(record === null ? {} : { lease_ms: record.lease_ms }),
    ...times,
  };
}

async function leasesByOwner(disk: Disk, box: Box): Promise<Map<string, { fileName: string; name: Name }[]>> {
  const owners = new Map<string, { fileName: string; name: Name }[]>();
  const directory = disk.layout.leases(box);
  // From many boxes nothing was ever claimed, and that is told in a tenth of the time that the error of a listing takes.
  if (!(await exists(disk, directory))) return owners;
  // Names alone: what is no file but has the name of a lease is found out when it is to be moved.
  for (const fileName of await namesIn(disk, directory)) {
    const leased = parseLeased(fileName);
    if (leased === null) continue;
    const leases = owners.get(leased.owner) ?? [];
    leases.push({ fileName, name: leased.name });
    owners.set(leased.owner, leases);
  }
  return owners;
}

/**
 * Renames a lease back to its box, its counters as they are; undefined where it is no longer there. `impatient`: on Windows, one that
 * somebody has open is not waited for.
 */
export async function returnLease(
  disk: Disk,
  box: Box,
  from: string,
  name: Name,
  patience: 'patient' | 'impatient',
): Promise<Recovered['entry'] | undefined> {
  if ((await statusOf(disk, from))?.kind !== 'file') return undefined;
  const ready = { ...name, nonce: newNonce() };
  const to = join(disk.layout.box(box), formatReady(ready));
  const how = { ...writing(disk, 'none'), ...(patience === 'impatient' ? IMPATIENT : {}) };
  if (!(await moveFile(from, to, how))) return undefined;
  return makeEntry(disk, 'ready', box, ready, to, null);
}

/** Writes into the message's journal that a delivery was lost: its holder is gone, or it is this process and could not put it back. */
export async function recordLoss(
  disk: Disk,
  box: Box,
  name: Name,
  holder: Holder,
  whose: 'own' | 'gone',
): Promise<void> {
  await FileJournal.bySegment(disk, box, name.id).recordFailure(lossOf(disk, name, holder, whose));
}

function lossOf(disk: Disk, name: Name, holder: Holder, whose: 'own' | 'gone'): Failure {
  const who =
    holder.pid === null
      ? `session ${holder.owner}`
      : `process ${holder.pid} on ${holder.host ?? 'an unknown host'}`;
  const gone = holder.detached
    ? `It was taken by hand, and its time ran out (${who})`
    : `The holder is gone (${who})`;
  const why = whose === 'gone' ? gone : `Its holder could not settle it (${who})`;
  return {
    kind: 'lost',
    delivery: name.deliveries,
    at: new Date(disk.clock.now()).toISOString(),
    agent_id: holder.agentId,
    owner: holder.owner,
    pid: holder.pid,
    host: holder.host,
    error: {
      name: 'LeaseLost',
      message: `${why}; the message was taken back.`,
      code: 'ERR_LEASE_LOST',
      stack: null,
    },
  };
}
