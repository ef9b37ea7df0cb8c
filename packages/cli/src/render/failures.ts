import type { Failure } from '@tapps-agents/contracts';
import { moment } from './age.ts';
import { processName } from './holder.ts';
import { safe, sanitizeBlock } from './safe-text.ts';
import type { SafeText } from './safe-text.ts';

const KINDS = {
  failed: 'failed',
  timed_out: 'timed out',
  lost: 'was lost',
  rejected: 'was rejected',
} as const;

/** One failed delivery: which, what became of it, when, where, and with which error. */
export function failureText(
  { kind, delivery, at, agent_id, owner, pid, host, error }: Failure,
  now_ms: number,
): SafeText {
  const who = agent_id === null ? '' : `${agent_id}, `;
  const heading = safe`  delivery ${delivery} ${KINDS[kind]} ${moment(at, now_ms)} at ${who}${processName({ owner, pid, host })}`;
  const what = `${error.name}: ${error.message}${error.code === null ? '' : ` (${error.code})`}`;
  return safe`${heading}\n${indented(what, '    ')}`;
}

/** Text from anywhere, each line moved to the right. */
export function indented(text: string, indentation: string): SafeText {
  return sanitizeBlock(text.trimEnd().replaceAll(/^/gm, indentation));
}
