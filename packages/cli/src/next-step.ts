import { shellWord } from './shell-word.ts';

const STEPS: Readonly<Record<string, (program: string, agentId: string) => string>> = {
  ERR_NOT_A_MESSAGES_DIRECTORY: (program) => `${program} init`,
  ERR_UNKNOWN_AGENT: (program, agentId) =>
    `${program} agents register ${agentId}   (or see who is known: ${program} agents)`,
  ERR_NOT_FOUND: (program) => `${program} inspect   (what there is), ${program} dlq   (what died)`,
  ERR_AMBIGUOUS_ID: () => 'give more characters of the id',
  ERR_LAYOUT_TOO_NEW: () => 'npm install --global @tapps-agents/cli@latest',
  ERR_USAGE: (program) => `${program} --help`,
  ERR_INVALID_OPTION: (program) => `${program} --help`,
  ERR_UNEXPECTED: () => 'run it again with --debug, and report what it prints',
};

/** The command, or the deed, that helps against an error with this code; undefined where its message says it all. */
export function nextStep(code: string, program: string, agentId?: string): string | undefined {
  return STEPS[code]?.(program, agentId === undefined ? 'NAME' : shellWord(agentId));
}
