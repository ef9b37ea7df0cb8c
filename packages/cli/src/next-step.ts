import { shellWord } from './shell-word.ts';
import { helpCommand } from './usage-error.ts';

type Step = (program: string, agentId: string, command: string | undefined) => string;

const STEPS: Readonly<Record<string, Step>> = {
  ERR_NOT_A_MESSAGES_DIRECTORY: (program) => `${program} init`,
  ERR_UNKNOWN_AGENT: (program, agentId) =>
    `${program} agents register ${agentId}   (or see who is known: ${program} agents)`,
  ERR_NOT_FOUND: (program) => `${program} inspect   (what there is), ${program} dlq   (what died)`,
  ERR_AMBIGUOUS_ID: () => 'give more characters of the id',
  ERR_LEASE_LOST: (program, agentId) => `${program} receive --agent ${agentId}`,
  ERR_LAYOUT_TOO_NEW: () => 'npm install --global @tapps-agents/cli@latest',
  ERR_NOT_A_DIRECTORY: (program) => `${program} doctor   (what else cannot be looked at)`,
  ERR_ACCESS_DENIED: (program) => `${program} doctor   (what else cannot be looked at)`,
  ERR_USAGE: (_program, _agentId, command) => helpCommand(command),
  ERR_INVALID_OPTION: (_program, _agentId, command) => helpCommand(command),
  ERR_UNEXPECTED: () => 'run it again with --debug, and report what it prints',
};

/**
 * The command, or the deed, that helps against an error with this code; undefined where its message says it all. `command` is
 * the one that failed.
 */
export function nextStep(
  code: string,
  program: string,
  agentId?: string,
  command?: string,
): string | undefined {
  return STEPS[code]?.(program, agentId === undefined ? 'NAME' : shellWord(agentId), command);
}
