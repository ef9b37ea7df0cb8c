import { join } from 'node:path';
import { peekEnvelope } from '@tapps-agents/contracts';
import { moveFile } from '@tapps-agents/fs-atomic';
import { isAgentId } from '../agent-id.ts';
import { UNKNOWN_TYPE, type Box, type Priority } from '../stored-message.ts';
import type { Candidate } from './backlog.ts';
import { readContent } from './content.ts';
import { writing, type Disk } from './disk.ts';
import { formatReady, newName, parseEarlier, type Name } from './names.ts';
import { encodeSegment, unidentifiedSegment } from './segment.ts';

/**
 * Gives an outside writer's file, whatever its name, the name that its content asks for, so that all else works by
 * name alone. One rename: of several consumers one wins. Undefined when somebody else was faster.
 */
export async function adopt(disk: Disk, box: Box, fileName: string): Promise<Candidate | undefined> {
  const path = join(disk.layout.box(box), fileName);
  const content = await readContent(disk, path);
  if (content === undefined) return undefined;
  const name = nameFor(disk, fileName, 'bytes' in content ? content.bytes : null);
  const adopted = formatReady(name);
  const moved = await moveFile(path, join(disk.layout.box(box), adopted), writing(disk, 'none'));
  return moved ? { fileName: adopted, name } : undefined;
}

/**
 * The name that a message's content asks for. What the content does not tell, the Python writer's name for its file may; what neither
 * tells is of this moment and nobody's.
 */
export function nameFor(disk: Disk, fileName: string, bytes: Uint8Array | null): Name {
  const envelope = bytes === null ? null : peekEnvelope(bytes);
  const earlier = parseEarlier(fileName);
  const created = Date.parse(envelope?.created_at ?? '');
  const messageId = envelope?.message_id ?? earlier?.messageId ?? null;
  return newName({
    id: idSegment(isAgentId(messageId) ? messageId : null),
    type: encodeSegment(envelope?.message_type ?? earlier?.messageType ?? UNKNOWN_TYPE, 'type'),
    createdAt_ms: Number.isFinite(created) ? created : (earlier?.createdAt_ms ?? disk.clock.now()),
    priority: priorityOf(envelope?.priority ?? null),
  });
}

function priorityOf(text: string | null): Priority {
  return text === 'high' || text === 'low' ? text : 'medium';
}

function idSegment(messageId: string | null): string {
  return messageId === null ? unidentifiedSegment() : encodeSegment(messageId, 'message');
}
