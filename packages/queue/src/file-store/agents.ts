import { ensureDirectory, replaceFile, systemErrorCode } from '@tapps-agents/fs-atomic';
import { isAgentId } from '../agent-id.ts';
import { QueueError } from '../errors.ts';
import { Failures } from '../failures-on-the-way.ts';
import type { AgentRecord } from '../store.ts';
import type { Box, BoxKind } from '../stored-message.ts';
import { directoryNames, exists, jsonBytes, readIfPresent, writing, type Disk } from './disk.ts';
import { decodeSegment, encodeSegment, isShortened } from './segment.ts';

const MAX_RECORD_BYTES = 16 * 1024;

/**
 * Makes an agent's boxes. A directory under `inbox/` *is* the registration; true if it was not there.
 *
 * @throws QueueError `ERR_AGENT_NAME_TAKEN` when another long name has the same shortened form
 */
export async function registerAgent(disk: Disk, agentId: string): Promise<boolean> {
  const inbox: Box = { kind: 'inbox', agentId };
  const known = await exists(disk, disk.layout.box(inbox));
  await ensureBox(disk, { kind: 'outbox', agentId });
  await ensureBox(disk, inbox);
  await ensureDirectory(disk.layout.leases(inbox), writing(disk, 'none'));
  return !known;
}

/** Makes one box, and keeps the agent's full name in it where the directory's name had to be shortened. */
export async function ensureBox(disk: Disk, box: Box): Promise<void> {
  const options = writing(disk, 'full');
  await ensureDirectory(disk.layout.box(box), options);
  if (!isShortened(encodeSegment(box.agentId, 'agent'))) return;
  const path = disk.layout.agentRecord(box);
  const recorded = await recordedName(disk, path);
  // Whole or not at all, and written again if it is damaged: without it nobody could use the box any more.
  if (recorded === null) await replaceFile(path, jsonBytes({ agent_id: box.agentId }), options);
  else if (recorded !== box.agentId) {
    throw new QueueError(
      'ERR_AGENT_NAME_TAKEN',
      `The name ${JSON.stringify(box.agentId)} is stored under the same shortened name as another agent's. Choose a shorter name.`,
      { agentId: box.agentId, path },
    );
  }
}

/**
 * The agents that have a box of this kind, sorted by id. Directories that no id encodes to are left out; so is a box whose
 * agent cannot be told, which goes to `onFailure`.
 */
export async function agentsWith(
  disk: Disk,
  kind: BoxKind,
  onFailure: (error: unknown) => void,
): Promise<readonly AgentRecord[]> {
  const agents: AgentRecord[] = [];
  for (const segment of await directoryNames(disk, disk.layout.boxes(kind))) {
    try {
      const agentId = await agentOf(disk, segment);
      if (agentId !== null) agents.push({ agentId });
    } catch (error) {
      onFailure(error);
    }
  }
  return agents.toSorted((a, b) => (a.agentId < b.agentId ? -1 : 1));
}

/**
 * The agent whose directory has this name; null when no id encodes to it, or its record is missing. Throws where a record
 * cannot be read, unless that of the agent's other box can.
 */
export async function agentOf(disk: Disk, segment: string): Promise<string | null> {
  if (!isShortened(segment)) return decodeSegment(segment, 'agent');
  const failures = new Failures();
  for (const kind of ['inbox', 'outbox'] as const) {
    const path = `${disk.layout.boxes(kind)}/${segment}/.agent.json`;
    const recorded = await failures.guard(() => recordedName(disk, path));
    if (recorded !== null && encodeSegment(recorded, 'agent') === segment) return recorded;
  }
  failures.throwFirst();
  return null;
}

/** The name in a record; null where there is none, or what is there is no record, or no name: then it counts as missing. */
async function recordedName(disk: Disk, path: string): Promise<string | null> {
  try {
    const bytes = await readIfPresent(disk, path, MAX_RECORD_BYTES);
    if (bytes === null) return null;
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' &&
      value !== null &&
      'agent_id' in value &&
      typeof value.agent_id === 'string' &&
      isAgentId(value.agent_id)
      ? value.agent_id
      : null;
  } catch (error) {
    // Not JSON; larger than any record; no file at all; no directory (or a link) where the box would be.
    if (error instanceof SyntaxError || ['EFBIG', 'EINVAL', 'ENOTDIR'].includes(systemErrorCode(error) ?? ''))
      return null;
    throw error;
  }
}
