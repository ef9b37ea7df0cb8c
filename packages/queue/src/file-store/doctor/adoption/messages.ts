import { basename, join } from 'node:path';
import { moveFile, removeEmptyDirectory } from '@tapps-agents/fs-atomic';
import { isAgentId } from '../../../agent-id.ts';
import type { Finding } from '../../../diagnosis.ts';
import type { Box, BoxKind } from '../../../stored-message.ts';
import { nameFor } from '../../adopt.ts';
import { agentOf, ensureBox } from '../../agents.ts';
import { writing } from '../../disk.ts';
import { formatReady, isForeignMessage, parseReady } from '../../names.ts';
import { decodeSegment, isShortened } from '../../segment.ts';
import type { Round } from '../round.ts';
import { counted, Tally } from '../tally.ts';
import { earlierName } from './earlier-name.ts';
import { recipientOf } from './recipient.ts';

/** Names in `locks/` that are the layout's own. */
const OURS: ReadonlySet<string> = new Set(['inbox', 'outbox', 'owners', 'ended', 'paused', 'mutexes']);

/**
 * Messages of the Python writer in places where nobody here looks: in `locks/<agent>/`, where it keeps those that it has taken and
 * not finished, and in boxes whose directory has its name for an agent where ours is another (`Coder`; ours is `%43oder`).
 * Each goes to its box, in one rename to a new name: of two that do it at a time one wins.
 */
export async function adoptMessages(round: Round): Promise<Finding[]> {
  const found = new Tally();
  const { layout } = round.disk;
  const locks = join(layout.root, 'locks');
  for await (const { name, kind } of round.list(locks)) {
    if (kind === 'directory' && isEarlierLock(name)) await adoptDirectory(round, locks, name, 'inbox', found);
  }
  for (const kind of ['inbox', 'outbox'] as const) {
    for await (const entry of round.list(layout.boxes(kind))) {
      if (entry.kind !== 'directory') continue;
      if (isEarlierBox(entry.name)) await adoptDirectory(round, layout.boxes(kind), entry.name, kind, found);
      else await adoptStrays(round, kind, entry.name, found);
    }
  }
  return found.found({
    code: 'unadopted_messages',
    severity: 'warning',
    text: `${counted(found.count, 'message')} of the Python writer, or directories of its, where nobody looks for one: taken and not finished, or under its name for an agent. Stop that writer first.`,
    mendable: true,
  });
}

/** Whether a name in `locks/` is that of a directory in which the Python writer keeps what it has taken. */
export function isEarlierLock(name: string): boolean {
  return !OURS.has(name) && earlierName(name) === name;
}

/** Whether a name in `inbox/` or `outbox/` is the Python writer's for an agent, and none of ours for any. */
export function isEarlierBox(name: string): boolean {
  return earlierName(name) === name && !isShortened(name) && decodeSegment(name, 'agent') === null;
}

/** Brings everything in a directory of the other writer to its box, and removes the directory. */
async function adoptDirectory(
  round: Round,
  parent: string,
  name: string,
  kind: BoxKind,
  found: Tally,
): Promise<void> {
  const directory = join(parent, name);
  let isEmpty = true;
  for await (const { name: fileName, kind: what } of round.list(directory)) {
    isEmpty = false;
    if (what !== 'file' || !isForeignMessage(fileName)) continue;
    const path = join(directory, fileName);
    const bytes = await readMessage(round, path);
    const box = (bytes === null ? null : meantIn(name, kind, bytes)) ?? { kind, agentId: name };
    await bring(round, path, bytes, box, found);
  }
  if (isEmpty) found.add(round.placeOf(directory), 'an empty directory of the Python writer', name);
  if (!round.mend) return;
  const removed = await round.attempt(directory, async () => {
    await ensureBox(round.disk, { kind, agentId: name }); // That there is such an agent is not to be forgotten.
    return await removeEmptyDirectory(directory, writing(round.disk, 'none'));
  });
  if (isEmpty && removed === true) found.mended();
}

/** In a box of ours: messages for an agent of another name, for which the other writer has the same. */
async function adoptStrays(round: Round, kind: BoxKind, segment: string, found: Tally): Promise<void> {
  const directory = join(round.disk.layout.boxes(kind), segment);
  const agentId = await round.attempt(directory, () => agentOf(round.disk, segment));
  if (agentId === null) return;
  for await (const { name, kind: what } of round.list(directory)) {
    if (what !== 'file' || !isForeignMessage(name) || parseReady(name) !== null) continue;
    const path = join(directory, name);
    const bytes = await readMessage(round, path);
    const box = bytes === null ? null : meantIn(segment, kind, bytes);
    if (box !== null && box.agentId !== agentId) await bring(round, path, bytes, box, found);
  }
}

/** The box that a message is for, if the other writer would have put it where it is. */
function meantIn(directoryName: string, kind: BoxKind, bytes: Uint8Array): Box | null {
  const box = recipientOf(bytes);
  return box?.kind === kind && earlierName(box.agentId) === directoryName ? box : null;
}

/** Null for what cannot be read, which says nothing of whom it is for; whoever consumes it will say so. */
async function readMessage({ disk }: Round, path: string): Promise<Uint8Array | null> {
  try {
    return await disk.fileSystem.read(path, disk.maxMessageBytes);
  } catch {
    return null;
  }
}

async function bring(
  round: Round,
  path: string,
  bytes: Uint8Array | null,
  box: Box,
  found: Tally,
): Promise<void> {
  const { disk } = round;
  found.add(round.placeOf(path), `for ${box.agentId}`, box.agentId);
  if (!round.mend || !isAgentId(box.agentId)) return;
  const moved = await round.attempt(path, async () => {
    await ensureBox(disk, box);
    return await moveFile(
      path,
      join(disk.layout.box(box), formatReady(nameFor(disk, basename(path), bytes))),
      writing(disk, 'full'),
    );
  });
  if (moved === true) found.mended();
}
