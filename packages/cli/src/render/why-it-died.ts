import type { DeadLetterReason } from '@tapps-agents/contracts';

/**
 * Why a message died, in one line, the telling part first: of one that failed too often that is its last error, since the reason's
 * sentence begins with words that all such messages share. The lines of a text are joined by bars. `fault`: why the reason cannot be read.
 */
export function whyItDied(reason: DeadLetterReason | null, fault?: string | null): string {
  if (reason === null) return fault ?? 'the reason is missing';
  const last = reason.history.at(-1);
  return inOneLine(reason.code === 'exhausted' && last !== undefined ? last.error.message : reason.reason);
}

/** The lines of a text, joined by bars. */
export function inOneLine(text: string): string {
  return text.trim().replaceAll(/\s*[\r\n]+\s*/g, ' | ');
}
