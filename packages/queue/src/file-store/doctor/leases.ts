import { join } from 'node:path';
import type { OwnerRecord } from '@tapps-agents/fs-atomic';
import type { Finding } from '../../diagnosis.ts';
import { TEMPORARY_MAX_AGE_MS } from '../../limits.ts';
import type { Box } from '../../stored-message.ts';
import { parseLeased, parseOwnerFile } from '../names.ts';
import { recover } from '../recovery.ts';
import type { Round } from './round.ts';
import { counted, lengthOf, Tally } from './tally.ts';

/**
 * Leases whose holder is gone: its session has ended, its process is provably dead, or it is a detached one whose time is
 * over. One that is only silent is not found here, for that takes watching it as long as its lease; consumers do.
 */
export async function checkLeases(round: Round): Promise<Finding[]> {
  const leases = new Tally();
  for await (const { box, directory } of round.boxes((kind) => round.disk.layout.leaseBoxes(kind))) {
    const orphaned = await countOrphaned(round, directory);
    for (const [owner, count] of orphaned) {
      leases.add(
        round.placeOf(directory),
        `${counted(count, 'message')} held by ${owner}`,
        box.agentId,
        count,
      );
    }
    if (round.mend && orphaned.size > 0) leases.mended(await returnLeases(round, box, directory));
  }
  const owners = await checkOwners(round);
  return [
    ...leases.found({
      code: 'orphaned_leases',
      severity: 'warning',
      text: `${counted(leases.count, 'message')} in the hands of processes that are gone. The next consumer of the box takes ${leases.count === 1 ? 'it' : 'them'} over by itself.`,
      mendable: true,
    }),
    ...owners.found({
      code: 'dead_owners',
      severity: 'info',
      text: `${counted(owners.count, 'session')} of ${owners.count === 1 ? 'a process that died. Workers end it by themselves' : 'processes that died. Workers end them by themselves'}.`,
      mendable: true,
    }),
  ];
}

async function countOrphaned(round: Round, directory: string): Promise<Map<string, number>> {
  const gone = new Map<string, boolean>();
  const orphaned = new Map<string, number>();
  for await (const { name } of round.list(directory)) {
    const owner = parseLeased(name)?.owner;
    if (owner === undefined || owner === round.own?.owner) continue;
    const isGone = gone.get(owner) ?? (await isOwnerGone(round, owner));
    gone.set(owner, isGone);
    if (isGone) orphaned.set(owner, (orphaned.get(owner) ?? 0) + 1);
  }
  return orphaned;
}

async function returnLeases(round: Round, box: Box, directory: string): Promise<number> {
  const recovery = await round.attempt(directory, () => recover(round.disk, round.observer, box, round.own));
  if (recovery === null) return 0;
  for (const error of recovery.failures.kept) round.reportIn(error, directory);
  return recovery.recovered.length;
}

async function isOwnerGone(round: Round, owner: string): Promise<boolean> {
  const state = await round.attempt(round.disk.layout.owner(owner), () => round.observer.observe(owner));
  return state === 'absent' || state === 'dead' || state === 'expired';
}

/** Sessions are ended after their leases were returned, which ends those that held some. */
async function checkOwners(round: Round): Promise<Tally> {
  const owners = new Tally();
  const { owners: directory } = round.disk.layout;
  for await (const { name } of round.list(directory)) {
    const owner = parseOwnerFile(name);
    if (owner === null) continue;
    const record = await round.attempt(join(directory, name), () => round.observer.record(owner));
    const why =
      record === null ? await cutShort(round, join(directory, name)) : await dead(round, owner, record);
    if (why === null) continue;
    const agentId: unknown = record?.['agent_id'];
    owners.add(`${round.placeOf(directory)}/${name}`, why, typeof agentId === 'string' ? agentId : null);
    if (!round.mend) continue;
    if ((await round.attempt(directory, () => round.observer.end(owner))) === true) owners.mended();
  }
  return owners;
}

async function dead(round: Round, owner: string, { pid }: OwnerRecord): Promise<string | null> {
  const state = await round.attempt(round.disk.layout.owner(owner), () => round.observer.observe(owner));
  if (state === 'expired') return 'the time of what was taken by hand is over';
  return state === 'dead' ? `process ${pid ?? 'unknown'} is gone` : null;
}

/**
 * A process that is killed while it writes its record leaves a part of it, which proves nothing. It had not claimed anything
 * then; and should it only have been stopped, for all this time, it notices that its session has ended.
 */
async function cutShort(round: Round, path: string): Promise<string | null> {
  const status = await round.status(path);
  if (status === null || round.age_ms(status) <= TEMPORARY_MAX_AGE_MS) return null;
  return `no whole record, untouched for ${lengthOf(round.age_ms(status))}`;
}
