import type { Queue } from '@tapps-agents/queue';
import { CliError } from './cli-error.ts';
import { nearest } from './suggest.ts';

/** The agents that are registered or have written something. */
export async function knownAgents(queue: Queue): Promise<readonly string[]> {
  const writers = await queue.store.writers();
  return [...new Set([...(await queue.agents()), ...writers.map(({ agentId }) => agentId)])];
}

/** Refuses an agent that nobody knows, naming the nearest. @throws CliError `ERR_UNKNOWN_AGENT` */
export async function requireKnownAgent(queue: Queue, agentId: string): Promise<void> {
  const hint = await hintFor(queue, agentId);
  if (hint !== undefined) throw new CliError('ERR_UNKNOWN_AGENT', hint, { agentId });
}

/** What to say about an agent that nobody knows; undefined for one that is known. */
export async function hintFor(queue: Queue, agentId: string): Promise<string | undefined> {
  const known = await knownAgents(queue);
  if (known.includes(agentId)) return undefined;
  const similar = nearest(agentId, known);
  return `No agent is called ${agentId}.${similar === undefined ? '' : ` Did you mean ${similar}?`}`;
}
