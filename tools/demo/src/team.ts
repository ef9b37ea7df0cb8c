import path from 'node:path';
import type { AgentEvent } from './agent-event.ts';
import { startAgent, type AgentProcess, type Exit } from './agent-process.ts';
import { DemoError } from './demo-error.ts';
import { ANALYST, SUMMARISER } from './tasks.ts';
import type { Workspace } from './workspace.ts';

const GRACE_MS = 5_000;

/** An event, and the agent that announced it. */
export interface HeardEvent {
  readonly agent: AgentProcess;
  readonly event: AgentEvent;
  /** When it was heard, on this process's monotonic clock. */
  readonly heard_ms: number;
}

/** All agent processes of one run, and what they have announced. Disposing of it ends every one of them. */
export class Team implements AsyncDisposable {
  readonly agents: AgentProcess[] = [];
  readonly heard: HeardEvent[] = [];
  readonly #running = new Set<AgentProcess>();
  readonly #mayEnd = new Set<AgentProcess>();
  readonly #changed: () => void;
  readonly #failed: (error: DemoError) => void;

  /** `changed` is called at each event; `failed` when a process ends that nobody told to. */
  constructor(changed: () => void, failed: (error: DemoError) => void) {
    this.#changed = changed;
    this.#failed = failed;
  }

  /** Starts the analysts, which share one inbox, and the summariser. */
  start(workspace: Workspace, analysts: number): void {
    for (let number = 1; number <= analysts; number += 1)
      this.#start(workspace, ANALYST, `${ANALYST}-${number}`);
    this.#start(workspace, SUMMARISER, SUMMARISER);
  }

  /** How many have said that they are at work. */
  get ready(): number {
    return this.heard.filter(({ event }) => event.event === 'ready').length;
  }

  /** The first event that fits. */
  find<T>(choose: (heard: HeardEvent) => T | undefined): T | undefined {
    for (const heard of this.heard) {
      const found = choose(heard);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Sends SIGKILL to the agent with this process id, and waits for its end. */
  async kill(pid: number): Promise<AgentProcess> {
    const agent = [...this.#running].find((running) => running.pid === pid);
    if (agent === undefined)
      throw new DemoError('ERR_UNEXPECTED', `No running agent of ours has the process id ${pid}.`);
    this.#mayEnd.add(agent);
    await agent.kill();
    return agent;
  }

  /** Lets everyone finish and waits for their end. Those that did not end well are returned. */
  async stop(): Promise<string[]> {
    const running = [...this.#running];
    for (const agent of running) this.#mayEnd.add(agent);
    const exits = await Promise.all(running.map((agent) => agent.stop(GRACE_MS)));
    return running.flatMap((agent, index) =>
      exits[index]?.code === 0 ? [] : [`${agent.name} ${ending(exits[index])}`],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #start(workspace: Workspace, agentId: string, name: string): void {
    const agent = startAgent(workspace, agentId, name, (event) => {
      this.heard.push({ agent, event, heard_ms: performance.now() });
      this.#changed();
    });
    this.agents.push(agent);
    this.#running.add(agent);
    void this.#awaitEnd(agent, workspace);
  }

  async #awaitEnd(agent: AgentProcess, { logs }: Workspace): Promise<void> {
    const exit = await agent.exited;
    this.#running.delete(agent);
    if (this.#mayEnd.has(agent)) return;
    const message = `${agent.name} ${ending(exit)}; see ${path.join(logs, `${agent.name}.log`)}.`;
    this.#failed(new DemoError('ERR_AGENT_DIED', message));
  }
}

function ending(exit: Exit | undefined): string {
  const signal = exit?.signal ?? null;
  return signal === null ? `ended with code ${exit?.code ?? 'unknown'}` : `was ended by ${signal}`;
}
