import type { Measured, RowResult } from '../result.ts';
import { isMissed } from '../verdict.ts';
import { digits, timesSpread } from '../wording.ts';

/** The rows and how they came out, as a table in Markdown; what more there is to know of each stands below, by its number. */
export function verdictTable(results: readonly RowResult[]): string {
  const notes = [...new Set(results.map(({ note }) => note))].filter((note) => note !== '');
  const table = tableOf(
    ['row', 'on', 'target', 'figure', 'verdict'],
    results.map(({ title, place, target, figure, verdict, note }) => [
      title,
      place,
      target,
      figure,
      `${isMissed(verdict) ? `**${verdict}**` : verdict}${note === '' ? '' : ` [${notes.indexOf(note) + 1}]`}`,
    ]),
  );
  // A list in Markdown would be numbered as well, but not found again by its brackets.
  const below = notes.map((note, at) => `- [${at + 1}] ${note}`).join('\n');
  return below === '' ? table : `${table}\n\n${below}`;
}

/** What every subject of a row took: ratios first, absolute figures of this machine last. */
export function subjectTable(results: readonly RowResult[]): string {
  const lines = results.flatMap(({ title, place, measured }) =>
    measured.map((one) => [
      title,
      place,
      one.durable && one.standing !== 'ours' ? `${one.subject} (durable)` : one.subject,
      one.ratio === null ? '' : timesSpread(one.ratio),
      one.processorRatio === null ? '' : timesSpread(one.processorRatio),
      digits(one.cost_us.median),
      digits(one.processor_us),
      perSecond(one),
    ]),
  );
  const head = [
    'row',
    'on',
    'subject',
    'over node calls, clock',
    'over node calls, processor',
    'µs',
    'processor µs',
    'messages/s',
  ];
  return tableOf(head, lines);
}

function perSecond({ cost_us }: Measured): string {
  return digits(1_000_000 / cost_us.median);
}

/** A table in Markdown that reads well as text too. */
export function tableOf(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...lines].map((line) => (line[column] ?? '').length)),
  );
  const shown = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [shown(head), shown(widths.map((width) => '-'.repeat(width))), ...lines.map(shown)].join('\n');
}
