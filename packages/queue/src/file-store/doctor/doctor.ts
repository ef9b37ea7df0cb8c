import type { Finding, Severity } from '../../diagnosis.ts';
import { adoptDeadLetters } from './adoption/dead-letters.ts';
import { adoptLedgers } from './adoption/ledgers.ts';
import { adoptMessages } from './adoption/messages.ts';
import { checkLedger } from './already-processed.ts';
import { checkClock } from './clock-skew.ts';
import { checkDeadLetters } from './dead-letters.ts';
import { checkFileSystem } from './file-system.ts';
import { checkForeign } from './foreign.ts';
import { checkLeases } from './leases.ts';
import { checkDrained } from './never-drained.ts';
import { checkMutexes } from './mutexes.ts';
import { checkPermissions } from './permissions.ts';
import { Round, type RoundOptions } from './round.ts';
import { checkSpace } from './space.ts';
import { checkTemporary } from './temporary.ts';
import { checkReplays } from './unfinished-replays.ts';

/**
 * The clock first, as the ages of files are told by it; what is adopted before all that looks at messages, and its ledgers
 * first, so that what they record is not handled again; leases before the boxes that they go back to.
 */
const CHECKS: readonly ((round: Round) => Promise<readonly Finding[]>)[] = [
  checkClock,
  adoptLedgers,
  adoptMessages,
  adoptDeadLetters,
  checkSpace,
  checkFileSystem,
  checkPermissions,
  checkTemporary,
  checkMutexes,
  checkLeases,
  checkDrained,
  checkDeadLetters,
  checkReplays,
  checkLedger,
  checkForeign,
];
const ORDER: readonly Severity[] = ['error', 'warning', 'info'];

/**
 * Looks for whatever is wrong with a messages directory, beside live agents, and with `mend` puts right what can be without
 * losing anything. Each check looks for itself, so what changes meanwhile may be missed, or be gone already when it is read of.
 */
export async function diagnose(
  options: RoundOptions,
): Promise<{ files: number; findings: readonly Finding[] }> {
  const round = new Round(options);
  const findings: Finding[] = [];
  for (const check of CHECKS) findings.push(...(await check(round)));
  const unreadable = round.unreadable.found({
    code: 'unreadable',
    severity: 'error',
    text: 'Some of it could not be looked at, so this is not all. What is in there cannot be handled either. Mend what the system says, and look again.',
    mendable: false,
  });
  findings.push(...unreadable);
  return {
    files: round.files,
    findings: findings.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity)),
  };
}
