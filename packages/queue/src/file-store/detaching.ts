import { join } from 'node:path';
import { attachOwnerSession, FsAtomicError } from '@tapps-agents/fs-atomic';
import { QueueError } from '../errors.ts';
import type { Box } from '../stored-message.ts';
import { agentOf } from './agents.ts';
import { readContent } from './content.ts';
import { exists, statusOf, writing, type Disk } from './disk.ts';
import { makeEntry } from './entry.ts';
import { Lease } from './lease.ts';
import { parseLeased, type Name } from './names.ts';

/*
 * A message that is taken by hand outlives the process that took it. It is claimed under an owner of its own, which is at
 * first that process's; once the message was admitted its owner is detached, and lives until its deadline:
 *
 *     claim under a new owner -> admission -> detach (one rename over the owner's record) -> its name is told
 *
 * If the process dies before the record is replaced, the message is taken back like any other of the dead. If it dies after
 * it, the message waits for its deadline, whether anybody knows its name or not.
 */

/** Gives the lease `lease_ms` from now, without this process. */
export async function detach(disk: Disk, lease: Lease, lease_ms: number): Promise<void> {
  if (!lease.isSole) {
    throw new QueueError(
      'ERR_INVALID_OPTION',
      'This message was claimed together with others, and cannot be detached. Open the box as detachable.',
      { path: lease.path },
    );
  }
  const { temporaryDirectory, fileMode } = writing(disk, 'none');
  try {
    await lease.session.detach(lease_ms, { temporaryDirectory, fileMode });
  } catch (error) {
    if (error instanceof FsAtomicError && error.code === 'ERR_SESSION_LOST') throw lease.lost(error);
    throw error;
  }
  // Others may have ended the owner in this very moment. Then its record, which is there anew, stands for nothing.
  if (await exists(disk, lease.path)) return;
  await lease.settled();
  throw lease.lost();
}

/** The detached lease of this name. */
export async function attach(disk: Disk, entryId: string): Promise<Lease> {
  const { box, fileName, name, owner } = await parse(disk, entryId);
  const path = join(disk.layout.leases(box), fileName);
  const entry = makeEntry(disk, 'leased', box, name, path, owner);
  const session = await attachOwnerSession(owner, {
    directory: disk.layout.owners,
    fileSystem: disk.fileSystem,
    clock: disk.clock,
  });
  const content = await readContent(disk, path);
  if (session === null || content === undefined) {
    const isHeld =
      content !== undefined && (await statusOf(disk, join(disk.layout.owners, `${owner}.json`))) !== null;
    if (isHeld) throw heldByProcess(entryId);
    throw lost(entryId, entry.messageId, box.agentId);
  }
  return new Lease(entry, content, name, path, { session, isSole: true });
}

async function parse(
  disk: Disk,
  entryId: string,
): Promise<{ readonly box: Box; readonly fileName: string; readonly name: Name; readonly owner: string }> {
  const [locks, kind, segment = '', fileName = '', ...more] = entryId.split('/');
  const leased = parseLeased(fileName);
  if (locks === 'locks' && (kind === 'inbox' || kind === 'outbox') && leased !== null && more.length === 0) {
    const agentId = await agentOf(disk, segment);
    if (agentId !== null) return { box: { kind, agentId }, fileName, ...leased };
  }
  throw new QueueError(
    'ERR_INVALID_OPTION',
    `${JSON.stringify(entryId.slice(0, 200))} does not name a delivery. It looks like locks/inbox/AGENT/NAME.json; receive tells it, and so does inspect.`,
  );
}

function heldByProcess(entryId: string): QueueError {
  return new QueueError(
    'ERR_INVALID_OPTION',
    `The delivery ${entryId} is in the hands of a process, which alone settles it. Where that still runs, end it, and its messages go back to their boxes; where it has died, the next consumer of the box takes them back.`,
  );
}

function lost(entryId: string, messageId: string | null, agentId: string): QueueError {
  return new QueueError(
    'ERR_LEASE_LOST',
    `The delivery ${entryId} is no longer held: it was settled, or its time ran out and the message went back to its box. Nothing was changed; receive the message again if it is still to be done.`,
    { agentId, ...(messageId === null ? {} : { messageId }) },
  );
}
