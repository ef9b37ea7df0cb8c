import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawPlot } from './plot.ts';
import { plotsOf } from './plots.ts';
import { reportText, type Report } from './report.ts';

const BEGIN = '<!-- begin: written by npm run bench -- --docs -->';
const END = '<!-- end -->';

/** Puts the report between the marks in docs/benchmarks.md, and its plots into docs/benchmarks/. */
export function writeDocuments(repository: string, report: Report): void {
  const file = join(repository, 'docs', 'benchmarks.md');
  const text = readFileSync(file, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(`${file} lacks its marks ${BEGIN} and ${END}.`);
  const folder = join(repository, 'docs', 'benchmarks');
  mkdirSync(folder, { recursive: true });
  const plots = plotsOf(report.results);
  for (const [name, plot] of plots) writeFileSync(join(folder, name), drawPlot(plot));
  writeFileSync(join(folder, 'latest.json'), `${JSON.stringify(report, null, 2)}\n`);
  const pictures = [...plots].map(([name, { title }]) => `![${title}](benchmarks/${name})`).join('\n\n');
  writeFileSync(file, `${before}${BEGIN}\n\n${reportText(report)}\n\n${pictures}\n\n${END}${after}`);
}
