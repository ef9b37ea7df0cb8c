import { join } from 'node:path';
import type { Failure } from '@tapps-agents/contracts';
import { moveFile, type OwnerObserver, type OwnerRecord, type OwnerSession } from '@tapps-agents/fs-atomic';
import type { Holder, Recovered } from '../store.ts';
import type { Box } from '../stored-message.ts';
import { listDirectory, writing, type Disk } from './disk.ts';
import { makeEntry } from './entry.ts';
import { FileJournal } from './journal.ts';
import { isHeld } from './lease.ts';
import { formatReady, newNonce, parseLeased, type Name } from './names.ts';

/**
 * Takes back the leases of holders that are gone, in one box.
 *
 * A session has ended when its record is no longer at its place. One that is provably dead, or that this process has
 * itself watched being silent for a whole lease and more, is ended here first, by renaming its record away; a holder that
 * only slept finds out with its next heartbeat. Then its leases are renamed back, by exact name. Whoever else
 * does the same, or acknowledges late, gets ENOENT: only one rename of a name succeeds. If we die in between, the record
 * is gone already, and the next process returns what we left.
 *
 * Of this process's own leases, those are returned that nobody here works on: what a claim or a release left behind that
 * failed midway would otherwise stay as long as the process lives.
 */
export async function recover(
  disk: Disk,
  observer: OwnerObserver,
  box: Box,
  own: OwnerSession | null,
): Promise<readonly Recovered[]> {
  const recovered: Recovered[] = [];
  for (const [owner, leases] of await leasesByOwner(disk, box)) {
    if (owner === own?.owner) {
      recovered.push(...(await returnStrays(disk, box, leases, own)));
      continue;
    }
    const record = await observer.record(owner);
    const state = await observer.observe(owner);
    if (state === 'alive') continue;
    if (state !== 'absent') await observer.end(owner);
    const holder = holderOf(owner, record, state === 'absent' ? 'absent' : 'dead');
    for (const { fileName, name } of leases) {
      const entry = await returnLease(disk, box, fileName, name);
      if (entry === undefined) continue;
      await FileJournal.bySegment(disk, box, name.id).recordFailure(lossOf(disk, name, holder));
      recovered.push({ entry, holder });
    }
  }
  return recovered;
}

async function returnStrays(
  disk: Disk,
  box: Box,
  leases: readonly { fileName: string; name: Name }[],
  own: OwnerSession,
): Promise<Recovered[]> {
  const recovered: Recovered[] = [];
  for (const { fileName, name } of leases) {
    if (isHeld(own, join(disk.layout.leases(box), fileName))) continue;
    const entry = await returnLease(disk, box, fileName, name);
    if (entry !== undefined) recovered.push({ entry, holder: holderOf(own.owner, own.record, 'absent') });
  }
  return recovered;
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
    ...times,
  };
}

async function leasesByOwner(disk: Disk, box: Box): Promise<Map<string, { fileName: string; name: Name }[]>> {
  const owners = new Map<string, { fileName: string; name: Name }[]>();
  for await (const batch of listDirectory(disk, disk.layout.leases(box), 'empty')) {
    for (const entry of batch) {
      const leased = entry.kind === 'file' ? parseLeased(entry.name) : null;
      if (leased === null) continue;
      const leases = owners.get(leased.owner) ?? [];
      leases.push({ fileName: entry.name, name: leased.name });
      owners.set(leased.owner, leases);
    }
  }
  return owners;
}

async function returnLease(
  disk: Disk,
  box: Box,
  fileName: string,
  name: Name,
): Promise<Recovered['entry'] | undefined> {
  const ready = { ...name, nonce: newNonce() };
  const to = join(disk.layout.box(box), formatReady(ready));
  if (!(await moveFile(join(disk.layout.leases(box), fileName), to, writing(disk, 'none')))) return undefined;
  return makeEntry(disk, 'ready', box, ready, to, null);
}

function lossOf(disk: Disk, name: Name, holder: Holder): Failure {
  const who =
    holder.pid === null
      ? `session ${holder.owner}`
      : `process ${holder.pid} on ${holder.host ?? 'an unknown host'}`;
  const why = holder.detached
    ? `It was taken by hand, and its time ran out (${who})`
    : `The holder is gone (${who})`;
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
