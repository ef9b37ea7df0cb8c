import type { Core } from './core.ts';
import { QueueError } from './errors.ts';
import { nearestName } from './nearest-name.ts';

/** The error for an agent that nobody has registered, with the name that may have been meant. */
export async function unknownAgent(core: Core, agentId: string): Promise<QueueError> {
  const known = (await core.store.agents()).map((agent) => agent.agentId);
  const nearest = nearestName(agentId, known);
  const hint =
    nearest === null
      ? `Known are: ${known.slice(0, 10).join(', ') || 'none'}.`
      : `Did you mean ${JSON.stringify(nearest)}?`;
  return new QueueError(
    'ERR_UNKNOWN_AGENT',
    `No agent ${JSON.stringify(agentId)} is registered. ${hint} Register it first (registerAgent, or \`tapps-mq agents register\`).`,
    { agentId },
  );
}
