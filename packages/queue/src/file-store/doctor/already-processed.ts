import { join } from 'node:path';
import { peekEnvelope } from '@tapps-agents/contracts';
import { systemErrorCode } from '@tapps-agents/fs-atomic';
import type { Finding } from '../../diagnosis.ts';
import type { Box, BoxKind } from '../../stored-message.ts';
import { recordedPath } from '../admission.ts';
import { isForeignMessage, parseLeased, parseReady, type Name } from '../names.ts';
import { encodeSegment } from '../segment.ts';
import type { Round } from './round.ts';
import { counted, Tally } from './tally.ts';

/** Messages in a box, in somebody's hands or among the dead letters that the ledger says are finished. */
export async function checkLedger(round: Round): Promise<Finding[]> {
  const { layout } = round.disk;
  const found = new Tally();
  const deadBoxes = (kind: BoxKind): string => layout.deadBoxes(kind);
  const readyBoxes = (kind: BoxKind): string => layout.boxes(kind);
  const parents: readonly ((kind: BoxKind) => string)[] = [
    readyBoxes,
    (kind) => layout.leaseBoxes(kind),
    deadBoxes,
  ];
  for (const parent of parents) {
    for await (const { box, directory } of round.boxes(parent)) {
      const hasLedger = (await round.status(layout.processed(box))) !== null;
      for await (const { name: fileName, kind } of round.list(directory)) {
        const name = parseReady(fileName) ?? parseLeased(fileName)?.name ?? null;
        const isForeign = name === null && kind === 'file' && isForeignMessage(fileName);
        if (name === null && !(isForeign && parent === readyBoxes)) continue;
        const path = join(directory, fileName);
        // Read also where no ledger can have it: one that cannot be read is a finding, and its worker would tell of it too late.
        const bytes = await contentOf(round, path, parent === deadBoxes);
        if (name === null || bytes === null || !hasLedger) continue;
        const recorded = await recordOf(round, box, { path, name, bytes });
        if (recorded === null) continue;
        found.add(round.placeOf(path), `finished as ${round.placeOf(recorded)}`, box.agentId);
      }
    }
  }
  return found.found({
    code: 'already_processed',
    severity: 'warning',
    text: `${counted(found.count, 'message')} that, by the ledger, ${found.count === 1 ? 'is' : 'are'} finished already: sent more than once, or brought back. The next consumer drops them without handling them, and a replay skips them.`,
    mendable: false,
  });
}

/** Null where it cannot be read, which is then noted, or has moved on; a dead letter that is too large has been seen to be. */
async function contentOf(round: Round, path: string, isDead: boolean): Promise<Uint8Array | null> {
  const { fileSystem, maxMessageBytes } = round.disk;
  return await round.attempt(path, async () => {
    try {
      return await fileSystem.read(path, maxMessageBytes);
    } catch (error) {
      if (isDead && systemErrorCode(error) === 'EFBIG') return null;
      throw error;
    }
  });
}

interface Content {
  readonly path: string;
  readonly name: Name;
  readonly bytes: Uint8Array;
}

/** Where the ledger has the message; null where it does not, or the message has moved on. */
async function recordOf(round: Round, box: Box, { path, name, bytes }: Content): Promise<string | null> {
  const { disk } = round;
  const { message_id, workflow_id, task_id } = peekEnvelope(bytes);
  if (message_id === null || workflow_id === null || task_id === null) return null;
  if (encodeSegment(message_id, 'message') !== name.id) return null;
  const identity = { messageId: message_id, workflowId: workflow_id, taskId: task_id };
  const recorded = await round.attempt(path, async () => await recordedPath(disk, box, identity, name.run));
  if (recorded === null) return null;
  // Acknowledged between the two looks, it is where it belongs.
  return (await round.status(path)) === null ? null : recorded;
}
