import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openQueue } from '@tapps-agents/queue';
import { runCli } from './run-cli.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A working directory with messages and these agents; removed when the test ends. */
export async function queueDirectory(...agents: readonly string[]): Promise<string> {
  const cwd = temporaryDirectory();
  await runCli(['init'], { cwd });
  if (agents.length > 0) await runCli(['agents', 'register', ...agents], { cwd });
  return cwd;
}

/** A task as a person would write it: what the cli fills in is left out. */
export function task(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    message_type: 'task_assignment',
    workflow_id: 'w',
    task_id: 't1',
    agent_id: 'boss',
    assigned_to: 'coder',
    ...fields,
  };
}

/** Sends messages through the cli, as NDJSON; returns their ids. */
export async function sendMessages(
  cwd: string,
  ...messages: readonly Record<string, unknown>[]
): Promise<readonly string[]> {
  const stdin = messages.map((message) => JSON.stringify(message)).join('\n');
  const result = await runCli(['send', '-', '--json'], { cwd, stdin });
  if (result.exitCode !== 0) throw new Error(`send failed: ${result.stderr}`);
  return result.json().map((sent) => String(sent['message_id']));
}

/** Drops a file into an inbox, as a program in another language would. */
export function dropFile(cwd: string, agent: string, name: string, content: string | Uint8Array): void {
  writeFileSync(join(cwd, '.tapps-agents/messages/inbox', agent, name), content);
}

/** A handler command: a node program in one line. */
export function nodeCommand(script: string): readonly string[] {
  return ['--exec', process.execPath, '-e', script];
}

/** Settles all that waits for coder, in this process: a handler's process or a command for each message would take its time. */
export async function settleAll(cwd: string, how: 'ack' | 'reject', reason = 'no'): Promise<void> {
  const root = join(cwd, '.tapps-agents/messages');
  await using queue = await openQueue({ root, agent: 'coder', retention: false });
  const settling: Promise<void>[] = [];
  for await (const delivery of queue.receive({ untilEmpty: true }))
    settling.push(how === 'ack' ? delivery.complete() : delivery.reject(reason));
  await Promise.all(settling);
}
