import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeCommand, queueDirectory, sendMessages, settleAll, task } from './queue-directory.ts';

/** A handler that rejects. */
export const REFUSE = nodeCommand('process.exit(65)');

/** A queue in which tasks m-0, m-1 … of coder are dead. */
export async function withDeadLetters(count: number): Promise<string> {
  const cwd = await queueDirectory('coder', 'reviewer');
  const tasks = Array.from({ length: count }, (_, index) =>
    task({ task_id: `t${index}`, message_id: `m-${index}` }),
  );
  await sendMessages(cwd, ...tasks);
  await settleAll(cwd, 'reject');
  return cwd;
}

/** An editor: a program that does this to the file in `file`, whose text is `text`. */
export function editor(cwd: string, script: string): { VISUAL: string } {
  const path = join(cwd, 'editor.cjs');
  writeFileSync(
    path,
    `const fs = require('node:fs'); const file = process.argv.at(-1); const text = fs.readFileSync(file, 'utf8'); ${script}`,
  );
  return { VISUAL: `"${process.execPath}" "${path}"` };
}

/** The messages that are ready in an inbox. */
export async function readyIn(cwd: string, agent: string): Promise<Record<string, unknown>[]> {
  const inbox = join(cwd, '.tapps-agents/messages/inbox', agent);
  return readdirSync(inbox).map(
    (name) => JSON.parse(readFileSync(join(inbox, name), 'utf8')) as Record<string, unknown>,
  );
}
