import type { DeadLetter } from '@tapps-agents/queue';

/** What is known of why a message died. */
export type KnownReason = Pick<DeadLetter, 'reason' | 'reasonFault' | 'reasonDamage'>;

/**
 * Why a message died, in one line, the telling part first: of one that failed too often that is its last error, since the reason's
 * sentence begins with words that all such messages share. The lines of a text are joined by bars. Where nobody can tell, why not.
 */
export function whyItDied({ reason, reasonFault, reasonDamage }: KnownReason): string {
  if (reason === null)
    return typeof reasonDamage === 'string'
      ? `the reason is damaged: ${inOneLine(reasonDamage)}`
      : (reasonFault ?? 'the reason is missing');
  const last = reason.history.at(-1);
  return inOneLine(reason.code === 'exhausted' && last !== undefined ? last.error.message : reason.reason);
}

/** The lines of a text, joined by bars. */
export function inOneLine(text: string): string {
  return text.trim().replaceAll(/\s*[\r\n]+\s*/g, ' | ');
}
