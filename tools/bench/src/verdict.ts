import type { Spread } from './statistics.ts';

/**
 * Whether a target was reached. `met`: the median is within it. `within the noise`: a quarter of the figures, at least, came out on the
 * other side of it. `not measured`: nothing can be said, for the reason in the note.
 */
export type Verdict =
  | 'met'
  | 'met, within the noise'
  | 'missed, within the noise'
  | 'missed'
  | 'not measured';

/** What a figure may be. */
export type Limit = { readonly atMost: number } | { readonly atLeast: number };

/** Best first; what is not measured comes before what is known to be missed. */
const order: readonly Verdict[] = [
  'met',
  'met, within the noise',
  'not measured',
  'missed, within the noise',
  'missed',
];

/** What measured figures say of a limit, which is itself allowed. Figures that are no numbers miss it. */
export function verdictOf({ median, low, high }: Spread, limit: Limit): Verdict {
  const isWithin = (figure: number): boolean =>
    'atMost' in limit ? figure <= limit.atMost : figure >= limit.atLeast;
  const sides = [low, high].map(isWithin);
  if (isWithin(median)) return sides.every(Boolean) ? 'met' : 'met, within the noise';
  return sides.some(Boolean) ? 'missed, within the noise' : 'missed';
}

/** Of a target that asks for several things, the verdict on the worst of them; `met` of none. */
export function worstOf(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce<Verdict>(
    (worst, verdict) => (order.indexOf(verdict) > order.indexOf(worst) ? verdict : worst),
    'met',
  );
}

/** Whether it is one of the two ways to meet a target. */
export function isMet(verdict: Verdict): boolean {
  return verdict.startsWith('met');
}

/** Whether it is one of the two ways to miss it. */
export function isMissed(verdict: Verdict): boolean {
  return verdict.startsWith('missed');
}

/** The size that targets name; only --full measures it. */
export const TARGET_SIZE = 1_000_000;

/**
 * The verdict on a target that names a million, where this many were measured. What fewer already miss is missed; what they meet is
 * `not measured`. The note says so, and is empty where there is nothing to say.
 */
export function atSize(verdict: Verdict, size: number): { readonly verdict: Verdict; readonly note: string } {
  if (size >= TARGET_SIZE || !isMet(verdict)) return { verdict, note: '' };
  return { verdict: 'not measured', note: 'held so far, 1M only with --full' };
}
