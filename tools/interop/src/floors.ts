import type { Findings } from './oracle.ts';

/*
 * What a run must have had, so that its success shows something. On two busy cores (a load of 25) each language had a fifth of the
 * messages or more.
 */

/** What was asked for. */
export interface Asked {
  readonly messages: number;
  /** Messages that were sent a second time. */
  readonly copies: number;
  readonly kills: number;
}

/** Each floor that this run did not reach, in words; none when it shows enough. */
export function shortfalls(
  { handled, duplicates, killed }: Pick<Findings, 'handled' | 'duplicates' | 'killed'>,
  { messages, copies, kills }: Asked,
): string[] {
  const floors: readonly (readonly [what: string, had: number, least: number])[] = [
    ['messages handled by Python', handled.python, messages / 50],
    ['messages handled by TypeScript', handled.typescript, messages / 50],
    ['copies dropped', duplicates, copies],
    ['processes killed at work', killed.consumer + killed.producer, kills],
    ['of them consumers', killed.consumer, Math.min(1, kills)],
    ['of them producers', killed.producer, kills < 2 ? 0 : 1],
  ];
  return floors
    .filter(([, had, least]) => had < least)
    .map(
      ([what, had, least]) =>
        `too little to show anything: ${had} ${what}, at least ${Math.ceil(least)} are needed`,
    );
}
