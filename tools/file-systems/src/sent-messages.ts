import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMessage, taskAssignment, type TaskAssignment } from '@tapps-agents/contracts';
import { promise } from './check.ts';

/** A task for `coder`, with so many bytes of content. */
export function taskOf(id: string, bytes = 0): TaskAssignment {
  return taskAssignment({
    agent_id: 'lead',
    assigned_to: 'coder',
    workflow_id: 'w',
    task_id: id,
    message_id: id,
    inputs: { parameters: { content: 'x'.repeat(bytes) } },
  });
}

/** Everything that can be seen in the inbox is a whole message; all that were sent are there or finished, and none besides. */
export function checkInbox(
  root: string,
  expected: { readonly sent: ReadonlySet<string>; readonly tried: ReadonlySet<string> },
): void {
  const seen = new Set<string>();
  for (const path of [
    join(root, 'inbox', 'coder'),
    join(root, 'locks', 'inbox', 'coder'),
    join(root, 'processed', 'inbox', 'coder'),
  ]) {
    for (const file of messagesIn(path)) seen.add(idOf(file));
  }
  for (const id of expected.sent) promise(seen.has(id), `${id} was sent and is lost.`);
  for (const id of seen) promise(expected.tried.has(id), `${id} was never sent.`);
  const half = readdirSync(join(root, 'tmp'));
  promise(half.length === 0, `tmp/ is left with ${half.join(', ')}`);
}

function messagesIn(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.json') && !entry.name.startsWith('.'))
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function idOf(path: string): string {
  try {
    return parseMessage(readFileSync(path)).message_id;
  } catch (error) {
    promise(false, `${path} is not a whole message: ${String(error)}`);
    throw error;
  }
}
