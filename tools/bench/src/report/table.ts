import type { Measured, RowResult } from '../result.ts';
import { digits, timesSpread } from '../wording.ts';

/** The rows and how they came out, as a table in Markdown. */
export function verdictTable(results: readonly RowResult[]): string {
  return tableOf(
    ['row', 'on', 'target', 'figure', 'verdict', 'note'],
    results.map(({ title, place, target, figure, verdict, note }) => [
      title,
      place,
      target,
      figure,
      verdict === 'missed' ? '**missed**' : verdict,
      note,
    ]),
  );
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
function tableOf(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...lines].map((line) => (line[column] ?? '').length)),
  );
  const shown = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [shown(head), shown(widths.map((width) => '-'.repeat(width))), ...lines.map(shown)].join('\n');
}
