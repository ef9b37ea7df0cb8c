import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawPlot } from './plot.ts';
import { plotsOf } from './plots.ts';
import { reportText, subjectsText, type Report } from './report.ts';
import type { RowResult } from '../result.ts';

const BEGIN = '<!-- begin: written by npm run bench -- --docs -->';
const END = '<!-- end -->';
const SEE_SUBJECTS =
  'What each of the subjects took that a row compares: [benchmarks/subjects.md](benchmarks/subjects.md).';
const SUBJECTS =
  '# What each subject took\n\nWritten by `npm run bench -- --docs`, as the tables in [benchmarks.md](../benchmarks.md), which says what all this means.';

/**
 * Puts the report between the marks in docs/benchmarks.md, and its plots, its figures and what each subject took into docs/benchmarks/. Rows that this run has not
 * measured stay as the last one had them: `order` has the names of all rows.
 */
export function writeDocuments(repository: string, report: Report, order: readonly string[]): void {
  const file = join(repository, 'docs', 'benchmarks.md');
  const [before, rest] = readFileSync(file, 'utf8').split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(`${file} lacks its marks ${BEGIN} and ${END}.`);
  const folder = join(repository, 'docs', 'benchmarks');
  mkdirSync(folder, { recursive: true });
  const latest = join(folder, 'latest.json');
  const whole = existsSync(latest)
    ? mergedReport(report, JSON.parse(readFileSync(latest, 'utf8')) as Report, order)
    : report;
  const plots = plotsOf(whole.results);
  for (const [name, plot] of plots) writeFileSync(join(folder, name), drawPlot(plot));
  writeFileSync(latest, `${JSON.stringify(whole, null, 2)}\n`);
  const pictures = [...plots].map(([name, { title }]) => `![${title}](benchmarks/${name})`).join('\n\n');
  writeFileSync(join(folder, 'subjects.md'), `${SUBJECTS}\n\n${subjectsText(whole)}\n`);
  const text = [BEGIN, reportText(whole), SEE_SUBJECTS, pictures, END].join('\n\n');
  writeFileSync(file, `${before}${text}${after}`);
}

/**
 * The new report with those results of the old one that it lacks, row by row and place by place, in the order of all rows; each with
 * the run that it is from.
 */
export function mergedReport(report: Report, old: Report, order: readonly string[]): Report {
  const measured = new Set(report.results.map(nameOf));
  const kept = old.results.filter((result) => !measured.has(nameOf(result)));
  const results = [...report.results, ...kept].toSorted(
    (one, other) => order.indexOf(one.row) - order.indexOf(other.row),
  );
  const names = new Set(kept.map(nameOf));
  const { results: all, earlier, ...run } = old;
  const ofEarlier = new Set(earlier.flatMap((one) => one.kept));
  const runs = [
    { ...run, kept: [...new Set(all.map(nameOf))].filter((name) => !ofEarlier.has(name)) },
    ...earlier,
  ];
  return {
    ...report,
    results,
    earlier: runs
      .map((one) => ({ ...one, kept: one.kept.filter((name) => names.has(name)) }))
      .filter((one) => one.kept.length > 0),
  };
}

function nameOf({ row, place }: Pick<RowResult, 'row' | 'place'>): string {
  return `${row} on ${place}`;
}
