import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type AgentEvent, parseAgentEvent } from './agent-event.ts';
import { DemoError } from './demo-error.ts';
import type { Workspace } from './workspace.ts';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running agent, as its parent sees it. */
export interface AgentProcess {
  readonly name: string;
  readonly pid: number;
  /** Settles when the process has ended. */
  readonly exited: Promise<Exit>;
  /** Ends the process with no chance to tidy up. */
  kill(): Promise<Exit>;
  /** Asks it to finish, waits for that, and kills it when it takes longer than `grace_ms`. */
  stop(grace_ms: number): Promise<Exit>;
}

/** Starts one agent process. Its events go to `hear`; its standard error goes to a file in the logs. */
export function startAgent(
  workspace: Workspace,
  agentId: string,
  name: string,
  hear: (event: AgentEvent) => void,
): AgentProcess {
  const script = fileURLToPath(new URL('agent.js', import.meta.url));
  const settings = [
    '--root',
    workspace.root,
    '--agent',
    agentId,
    '--name',
    name,
    '--effects',
    workspace.effects,
  ];
  const child = spawn(process.execPath, [script, ...settings], { stdio: 'pipe' });
  if (child.pid === undefined) {
    child.once('error', () => {});
    throw new DemoError('ERR_AGENT_DIED', `${name} could not be started.`);
  }
  child.stderr.pipe(createWriteStream(path.join(workspace.logs, `${name}.log`)));

  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = parseAgentEvent(line);
    if (event !== null) hear(event);
  });
  // Closing the pipe is how it is told to stop; a process that is gone already cannot be told, which is fine.
  child.stdin.on('error', () => {});

  const exited = once(child, 'exit').then(([code, signal]): Exit => ({ code, signal }));
  return {
    name,
    pid: child.pid,
    exited,
    kill: () => {
      child.kill('SIGKILL');
      return exited;
    },
    stop: async (grace_ms) => {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), grace_ms);
      const exit = await exited;
      clearTimeout(timer);
      return exit;
    },
  };
}
