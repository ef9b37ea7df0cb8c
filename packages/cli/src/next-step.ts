import { basename } from 'node:path';
import { mayBeMade, mayBeRestored } from './may-be-made.ts';
import { shellWord } from './shell-word.ts';
import { helpCommand } from './usage-error.ts';

/** What an error is about, as far as it says so. */
interface Concerned {
  readonly agentId: string | undefined;
  readonly path: string | undefined;
  /** The command that failed. */
  readonly command: string | undefined;
  /** Its message names one that may have been meant. */
  readonly isNearMiss?: boolean;
}

type Step = (program: string, agentId: string, concerned: Concerned) => string;

/** Commands about what an agent has: one that was only registered has nothing. */
const HAS_NOTHING_OF_NEW_AGENTS: ReadonlySet<string> = new Set(['drain', 'export', 'purge']);

const STEPS: Readonly<Record<string, Step>> = {
  ERR_NOT_A_MESSAGES_DIRECTORY: (program, _agentId, { path, command }) => {
    if (path === undefined || mayBeMade(path)) return `${program} init`;
    // Where `init` itself has failed, it would again.
    if (command !== 'init' && mayBeRestored(path)) return `${program} init   (writes that file again)`;
    return basename(path) === 'layout.json'
      ? 'put that file right as it is said above; or name another directory with --root, where this is not the one that was meant'
      : 'name another directory with --root, where this is not the one that was meant';
  },
  // To register what was mistyped is the last thing to be done.
  ERR_UNKNOWN_AGENT: (program, agentId, { command, isNearMiss }) => {
    if (HAS_NOTHING_OF_NEW_AGENTS.has(command ?? '')) return `${program} agents   (who is known)`;
    return isNearMiss
      ? `${program} agents   (who is known; or, if this is no slip: ${program} agents register ${agentId})`
      : `${program} agents register ${agentId}   (or see who is known: ${program} agents)`;
  },
  ERR_MESSAGE_NOT_JSON: (program, _agentId, { command }) =>
    command === 'validate'
      ? 'mend what is marked'
      : `${program} validate FILE   (all that is wrong, and where)`,
  // What `replay` looks for by name are replays: messages it chooses by filters.
  ERR_NOT_FOUND: (program, _agentId, { command }) =>
    command === 'replay'
      ? `${program} replay --log   (which there were)`
      : `${program} inspect   (what there is), ${program} dlq   (what died)`,
  ERR_AMBIGUOUS_ID: () => 'give more characters of the id',
  ERR_LEASE_LOST: (program, agentId) => `${program} receive --agent ${agentId}`,
  ERR_DISK_FULL: (program, _agentId, { command }) =>
    command === 'gc'
      ? `${program} gc --processed-max-age 1h --dlq --dead-max-age 1d   (whether more could go; --yes removes it)`
      : `${program} gc   (what could go; --yes removes it)`,
  ERR_MUTEX_BROKEN: (program) => `${program} doctor   (whether --fix can mend it here)`,
  ERR_LAYOUT_TOO_NEW: () => 'npm install --global @tapps-agents/cli@latest',
  ERR_NOT_A_DIRECTORY: (program) => `${program} doctor   (what else cannot be looked at)`,
  ERR_ACCESS_DENIED: (program) => `${program} doctor   (what else cannot be looked at)`,
  ERR_USAGE: (_program, _agentId, { command }) => helpCommand(command),
  ERR_INVALID_OPTION: (_program, _agentId, { command }) => helpCommand(command),
  ERR_ROOT_UNUSABLE: () => 'mend its permissions, or name another directory with --root',
  // Of what was named on the command line: an archive, say. The queue's own failures have codes of their own.
  EACCES: () => 'mend the permissions there, or name another place',
  EPERM: () => 'mend the permissions there, or name another place',
  EROFS: () => 'that file system is read-only: name another place',
  ENOSPC: () => 'make room there, or name another place',
  EFBIG: () => 'name another place, where larger files can be made',
  ENOENT: () => 'make its directory, or name another place',
  ENOTDIR: () => 'name another place',
  EDQUOT: () => 'make room there, or name another place',
  ERR_UNEXPECTED: () => 'run it again with --debug, and report what it prints',
};

/**
 * The command, or the deed, that helps against an error with this code; undefined where its message says it all.
 */
export function nextStep(code: string, program: string, concerned: Concerned): string | undefined {
  const { agentId } = concerned;
  return STEPS[code]?.(program, agentId === undefined ? 'NAME' : shellWord(agentId), concerned);
}
