import type { Place } from '../place.ts';
import type { RowResult } from '../result.ts';
import type { Sizes } from '../row.ts';
import type { Machine } from './machine.ts';
import { subjectTable, verdictTable } from './table.ts';

/** Everything that a run found out; written as it is by `--json`. */
export interface Report {
  readonly takenAt: string;
  readonly command: string;
  readonly machine: Machine;
  readonly places: readonly Pick<Place, 'name' | 'description'>[];
  readonly sizes: Sizes;
  readonly results: readonly RowResult[];
  /** What could not be measured, and why. */
  readonly lacking: readonly { readonly what: string; readonly why: string }[];
}

/** The report as Markdown, which is what is printed too. */
export function reportText(report: Report): string {
  const { machine, places, sizes, results, lacking } = report;
  const count = (verdict: string): number => results.filter((result) => result.verdict === verdict).length;
  const compared = results.filter(({ measured }) => measured.length > 0);
  return [
    `${report.takenAt.slice(0, 10)}, \`${report.command}\`. Node ${machine.node.slice(1)}, ${machine.system}, ${machine.cores} cores (${machine.processor}), load ${machine.load} at the start. ${sizes.messages} messages, ${sizes.rounds} rounds.`,
    places.map(({ name, description }) => `- ${name}: ${description}`).join('\n'),
    verdictTable(results),
    ...(sizes.messages < 1_000
      ? ['A small run, to see that the program works: its figures and verdicts say nothing.']
      : []),
    `${count('met')} met, ${count('missed')} missed, ${count('not measured')} not measured.`,
    ...(compared.length === 0 ? [] : [subjectTable(compared)]),
    ...(lacking.length === 0
      ? []
      : [`Not measured:\n\n${lacking.map(({ what, why }) => `- ${what}: ${why}`).join('\n')}`]),
  ].join('\n\n');
}
