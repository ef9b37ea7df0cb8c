import type { Pause } from '@tapps-agents/queue';
import { shellWord } from '../shell-word.ts';
import { age } from './age.ts';

/** For how long, by whom and why, as far as the pause says. */
export function pauseDetails({ pausedAt, pausedBy, note }: Pause, now_ms: number): string {
  const since_ms = now_ms - Date.parse(pausedAt);
  const since = Number.isNaN(since_ms) ? '' : ` for ${age(since_ms)}`;
  return `${since}${pausedBy === null ? '' : `, by ${pausedBy}`}${note === null ? '' : `: ${note}`}`;
}

/** What lifts a pause; who resumes everything does not resume an agent that is paused by itself. */
export function resumeCommand(program: string, agentId: string | null): string {
  return agentId === null ? `${program} resume` : `${program} resume --agent ${shellWord(agentId)}`;
}
