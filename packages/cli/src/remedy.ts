import type { Evidence, Finding } from '@tapps-agents/queue';
import { shellWord } from './shell-word.ts';
import { systemCommands } from './system-commands.ts';

/** Where the commands that help are to be typed. */
export interface RemedyContext {
  /** How this program is called. */
  readonly program: string;
  /** The messages directory, as it can be typed from here. */
  readonly root: string;
  /** Whose commands they are; default: this process's. */
  readonly platform?: NodeJS.Platform | undefined;
}

/** The command that puts a finding right, or that shows more of it; null where no command does. */
export function remedyFor(finding: Finding, { program, root, platform }: RemedyContext): string | null {
  const { code, mendable, mended, count } = finding;
  if (mendable) return mended < count ? `${program} doctor --fix` : null;
  const system = systemCommands(platform ?? process.platform);
  switch (code) {
    case 'dead_letters':
    case 'missing_reasons':
    case 'damaged_reasons':
      return `${program} dlq`;
    case 'low_space':
      return system.space(root);
    case 'low_inodes':
      return system.inodes(root);
    case 'not_writable':
      return system.access(`${root}/tmp`);
    case 'network_file_system':
    case 'renames_in_steps':
      return system.fileSystem(root);
    case 'clock_skew':
      return system.clock;
    default:
      return null;
  }
}

/** The command that puts one piece of evidence right, or shows more of it; null where that of the finding does. */
export function remedyForEvidence(
  { code }: Pick<Finding, 'code'>,
  { place, agentId }: Evidence,
  { program, root, platform }: RemedyContext,
): string | null {
  const system = systemCommands(platform ?? process.platform);
  switch (code) {
    case 'never_drained':
      return agentId === null ? null : workCommand(program, agentId, platform);
    case 'already_processed':
      return agentId === null || !/^(?:inbox|locks\/inbox)\//.test(place)
        ? null
        : workCommand(program, agentId, platform);
    case 'dead_letters':
      return agentId === null ? null : `${program} dlq --agent ${shellWord(agentId, platform)}`;
    case 'missing_reasons':
      return agentId === null ? null : `${program} replay --agent ${shellWord(agentId, platform)}`;
    case 'damaged_reasons':
      return `${program} dlq show ${shellWord(place, platform)}`;
    case 'unfinished_replays':
      return `${program} replay --resume ${shellWord(place.split('/').at(-1) ?? 'last', platform)}`;
    case 'foreign_files':
      return system.moveAway(`${root}/${place}`);
    case 'unreadable':
      return system.access(`${root}/${place}`);
    default:
      return null;
  }
}

/** What shows why something could not be changed that this program can put right elsewhere. */
export function hindranceOf({ place }: Evidence, { root, platform }: RemedyContext): string {
  return systemCommands(platform ?? process.platform).hindrance(place === '.' ? root : `${root}/${place}`);
}

function workCommand(program: string, agentId: string, platform: NodeJS.Platform | undefined): string {
  return `${program} work --agent ${shellWord(agentId, platform)} --exec COMMAND`;
}
