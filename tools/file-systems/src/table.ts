import { checks, type Row } from './conformance.ts';

/** The rows as a table in Markdown; the file systems that could not be had are left out. */
export function tableOf(rows: readonly Row[]): string {
  const head = ['file system', ...checks.map(({ name }) => name)];
  const lines = rows
    .filter(({ unavailable }) => unavailable === null)
    .map(({ fileSystem, cells }) => [fileSystem, ...cells.map(({ found }) => found)]);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0)),
  );
  const shown = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [shown(head), shown(widths.map((width) => '-'.repeat(width))), ...lines.map(shown)].join('\n');
}
