import type { WholeEnd } from './run-whole.ts';
import { skippedByReason } from './suite-report.ts';

/** The same end, where it is a fault as well that something was skipped for a reason that a text does not name: nobody who reads it would know. */
export function withUnnamedReasons(end: WholeEnd, text: string): WholeEnd {
  const unnamed = [...skippedByReason(end.outcomes)]
    .filter(([reason]) => !text.includes(reason))
    .map(([reason, names]) => `${names.join(', ')}: docs/reliability.md does not name the reason: ${reason}`);
  return { ...end, faults: [...end.faults, ...unnamed] };
}
