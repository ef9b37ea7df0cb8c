import path from 'node:path';
import type { GraphNode } from './import-graph.ts';
import { count, printable, shorten } from './printable.ts';
import type { Summary } from './summary.ts';

const WIDTH_CHARACTERS = 100;
/** So that no file of another language seems to import nothing. */
const LIMITS =
  'Imports and exports: of JavaScript and TypeScript; of other files only lines and TODOs are read.';

/** The report for a terminal: lines without colour, cut to 100 characters. The summary should be condensed. */
export function reportLines(summary: Summary): string[] {
  const { totals } = summary;
  const kilobytes = Math.round(totals.bytes / 1024).toLocaleString('en');
  return [
    `${count(totals.files, 'file')}, ${count(totals.lines, 'line')}, ${kilobytes} KiB, ` +
      `${count(totals.exports, 'export')}, ${count(totals.edges, 'import')} between the files, ${count(totals.todos, 'TODO')}`,
    summary.languages.map(({ language, files }) => `${language} ${files}`).join(', '),
    LIMITS,
    ...section(
      'Largest files',
      summary.largest.map(({ path: file, lines }) => `${column(lines)}  ${file}`),
    ),
    ...section(
      'Most imported files',
      summary.importedFiles.map(({ module, importers }) => `${column(importers)}  ${module}`),
    ),
    ...section(
      'Most imported packages',
      summary.importedPackages.map(({ module, importers }) => `${column(importers)}  ${module}`),
    ),
    ...section('Import graph: who imports most', graphLines(summary)),
    ...section(
      'TODOs',
      summary.todos.map((todo) => `${todo.path}:${todo.line}:${todo.column} ${todo.kind} ${todo.text}`),
    ),
  ].map((line) => shorten(printable(line), WIDTH_CHARACTERS));
}

/** The whole report as Markdown, nothing cut: what the summariser writes to `report.md`. */
export function reportMarkdown(summary: Summary, folder: string): string {
  const { totals } = summary;
  return [
    `# ${printable(folder)}`,
    '',
    `${count(totals.files, 'file')}, ${count(totals.lines, 'line')}, ${count(totals.bytes, 'byte')}, ` +
      `${count(totals.exports, 'export')}, ${count(totals.edges, 'import')} between the files, ${count(totals.todos, 'TODO')}.`,
    '',
    LIMITS,
    '',
    '## Languages',
    '',
    ...rows(
      summary.languages.map((l) =>
        item(`${l.language}: ${count(l.files, 'file')}, ${count(l.lines, 'line')}`),
      ),
    ),
    '## Files by size',
    '',
    ...rows(summary.largest.map((file) => item(`${file.path}: ${count(file.lines, 'line')}`))),
    '## Import graph',
    '',
    ...rows(
      summary.graph.map((node) =>
        item(`${node.path} -> ${[...node.imports, ...node.externals].join(', ') || '(nothing)'}`),
      ),
    ),
    '## Most imported',
    '',
    ...rows(
      [...summary.importedFiles, ...summary.importedPackages].map((i) => item(`${i.module}: ${i.importers}`)),
    ),
    '## TODOs',
    '',
    ...rows(
      summary.todos.map((todo) => item(`${todo.path}:${todo.line}:${todo.column} ${todo.kind} ${todo.text}`)),
    ),
  ].join('\n');
}

function rows(lines: readonly string[]): string[] {
  return lines.length === 0 ? ['(none)', ''] : [...lines, ''];
}

function item(text: string): string {
  return `- ${printable(text)}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

function column(number: number): string {
  return number.toLocaleString('en').padStart(7);
}

function graphLines({ graph, totals }: Summary): string[] {
  const lines = graph.filter((node) => node.imports.length > 0).map(graphLine);
  const more = totals.importers - lines.length;
  return more === 0 ? lines : [...lines, `and ${count(more, 'more file')}`];
}

/** `src/queue.ts -> 3: duration.ts, events.ts, ../errors.ts`: what is imported, as seen from the importing file. */
function graphLine({ path: file, imports }: GraphNode): string {
  const folder = path.posix.dirname(file);
  const seen = imports.map((target) => path.posix.relative(folder, target));
  return `${file} -> ${imports.length}: ${seen.join(', ')}`;
}
