import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** Settles all that waits for coder, by hand: a handler's process for each message would take its time. */
export async function settleAll(cwd: string, how: 'ack' | 'reject'): Promise<void> {
  for (;;) {
    // On a slow computer it may take fewer than there are.
    const taken = await runCli(['receive', '--agent', 'coder', '--count', '100', '--json'], { cwd });
    if (taken.exitCode === 3) return;
    for (const { handle } of taken.json()) {
      const argv = [how, String(handle), ...(how === 'ack' ? [] : ['--reason', 'no'])];
      const { exitCode, stderr } = await runCli(argv, { cwd });
      if (exitCode !== 0) throw new Error(`${how} failed: ${stderr}`);
    }
  }
}
