import type { Verdict } from './run.ts';

/** A verdict for people: the case, its rules, and what differed. */
export function describeVerdict({ case: one, outcome, detail, kept, took_ms }: Verdict): string {
  const lines = [`${outcome.padEnd(8)} ${one.name} (${one.rules.join(', ')}; ${Math.round(took_ms)} ms)`];
  if (outcome === 'failed') lines.push(one.title);
  if (detail !== '') lines.push(...detail.split('\n'));
  if (kept !== null) lines.push(`the directory: ${kept}`);
  return lines.join('\n         ');
}

/** How many cases had which outcome, and which rules were broken. */
export function summary(verdicts: readonly Verdict[]): string {
  const count = (outcome: Verdict['outcome']): number =>
    verdicts.filter((verdict) => verdict.outcome === outcome).length;
  const broken = new Set(
    verdicts.flatMap(({ outcome, case: one }) => (outcome === 'failed' ? one.rules : [])),
  );
  const parts = [`${count('passed')} passed`, `${count('failed')} failed`];
  if (count('declined') > 0) parts.push(`${count('declined')} declined`);
  if (count('skipped') > 0) parts.push(`${count('skipped')} skipped`);
  const rules = [...broken].toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
  return `${parts.join(', ')} of ${verdicts.length} cases${rules.length > 0 ? `; broken: one or more of ${rules.join(', ')}` : ''}`;
}

/** What a test says that could not run here (automake, "Scripts-based Testsuites"). */
const skippedExitCode = 77;

/** 0 when no case failed and some passed. To fail none by declining all, or to have none judged, shows nothing. */
export function exitCodeOf(verdicts: readonly Verdict[]): number {
  const has = (outcome: Verdict['outcome']): boolean =>
    verdicts.some((verdict) => verdict.outcome === outcome);
  if (has('failed')) return 1;
  if (has('skipped')) return skippedExitCode;
  return has('passed') ? 0 : 1;
}
