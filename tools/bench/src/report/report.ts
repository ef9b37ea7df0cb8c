import type { Place } from '../place.ts';
import type { PeerVersions } from '../peer-versions.ts';
import type { RowResult } from '../result.ts';
import type { Sizes } from '../row.ts';
import type { Machine } from './machine.ts';
import { isMet, isMissed, type Verdict } from '../verdict.ts';
import { subjectTable, verdictTable } from './table.ts';

/** One run, and what it did not measure. */
export interface Run {
  readonly takenAt: string;
  readonly command: string;
  readonly machine: Machine;
  readonly places: readonly Pick<Place, 'name' | 'description'>[];
  readonly sizes: Sizes;
  /** What was compared with; absent from runs without peers, and from early ones. */
  readonly peers?: PeerVersions;
  /** What could not be measured, and why. */
  readonly lacking: readonly { readonly what: string; readonly why: string }[];
}

/** Everything that a run found out; written as it is by `--json`. */
export interface Report extends Run {
  readonly results: readonly RowResult[];
  /** Earlier runs of which results are kept, latest first, and which those are (`row on place`). */
  readonly earlier: readonly (Run & { readonly kept: readonly string[] })[];
}

/** What each of those took that were compared, as a table in Markdown; empty where nothing was. */
export function subjectsText({ results }: Pick<Report, 'results'>): string {
  const compared = results.filter(({ measured }) => measured.length > 0);
  return compared.length === 0 ? '' : subjectTable(compared);
}

/** The report as Markdown, without what each subject took. */
export function reportText(report: Report): string {
  const { results, earlier } = report;
  return [
    `${runText(report)} Node ${report.machine.node.slice(1)}, ${report.machine.system}, ${report.machine.cores} cores (${report.machine.processor}).`,
    ...(earlier.length === 0
      ? []
      : [
          `From earlier runs:\n\n${earlier.map((run) => `- ${run.kept.join(', ')}: ${runText(run)}`).join('\n')}`,
        ]),
    placesText([report, ...earlier]),
    verdictTable(results),
    ...(report.sizes.messages < 1_000
      ? ['A small run, to see that the program works: its figures and verdicts say nothing.']
      : []),
    countText(results),
    ...lackingText('Not measured', report),
    ...earlier.flatMap((run) => lackingText(`Not measured by the run of ${run.kept.join(', ')}`, run)),
  ].join('\n\n');
}

function countText(results: readonly RowResult[]): string {
  const count = (includes: (verdict: Verdict) => boolean): string => {
    const those = results.filter(({ verdict }) => includes(verdict));
    const unsure = those.filter(({ verdict }) => verdict.endsWith('within the noise')).length;
    return unsure === 0 ? `${those.length}` : `${those.length} (${unsure} of these within the noise)`;
  };
  return `Met: ${count(isMet)}; missed: ${count(isMissed)}; not measured: ${count((verdict) => verdict === 'not measured')}.`;
}

function runText({ takenAt, command, machine, sizes, peers = [] }: Run): string {
  const compared = peers.map((group) =>
    Object.entries(group)
      .map(([name, version]) => `${name} ${version}`)
      .join(' and '),
  );
  const beside = compared.length === 0 ? '' : ` Peers: ${compared.join(', ')}.`;
  return `${takenAt.slice(0, 10)}, \`${command}\`, load ${machine.load} at the start, ${sizes.messages} messages, ${sizes.rounds} rounds.${beside}`;
}

/** The places of all runs, each one time. */
function placesText(runs: readonly Run[]): string {
  const lines = runs.flatMap(({ places }) =>
    places.map(({ name, description }) => `- ${name}: ${description}`),
  );
  return [...new Set(lines)].join('\n');
}

function lackingText(title: string, { lacking }: Run): readonly string[] {
  return lacking.length === 0
    ? []
    : [`${title}:\n\n${lacking.map(({ what, why }) => `- ${what}: ${why}`).join('\n')}`];
}
