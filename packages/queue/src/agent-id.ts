import { QueueError } from './errors.ts';

const MAX_CHARACTERS = 512;

/** An agent's name, if it can be one: what the contract allows as an id. */
export function checkAgentId(agentId: string): string {
  if (!isAgentId(agentId)) {
    throw new QueueError(
      'ERR_INVALID_OPTION',
      `An agent's name has 1 to 512 characters and no control characters; got ${JSON.stringify(agentId)?.slice(0, 80)}`,
    );
  }
  return agentId;
}

/** Whether this can be an agent's name; for names that come from disk. */
export function isAgentId(agentId: unknown): agentId is string {
  return (
    typeof agentId === 'string' &&
    agentId !== '' &&
    codePointsIn(agentId) <= MAX_CHARACTERS &&
    !/[\u0000-\u001f\u007f-\u009f]|\p{Surrogate}/u.test(agentId)
  );
}

/** As the contract counts them. */
function codePointsIn(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
