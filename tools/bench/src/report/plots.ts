import type { RowResult, Series } from '../result.ts';
import type { Plot } from './plot.ts';

/** What is drawn, by the name of its file. */
const drawings: readonly {
  readonly file: string;
  readonly row: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
}[] = [
  {
    file: 'backlog',
    row: 'backlog',
    title: 'One message, claim to ack, by backlog',
    x: 'messages waiting',
    y: 'µs',
  },
  {
    file: 'processes',
    row: 'processes',
    title: 'Consumer processes on one box',
    x: 'processes',
    y: 'messages/s',
  },
  {
    file: 'ledger',
    row: 'ledger',
    title: 'One message, by processed ids in the ledger',
    x: 'ids in the ledger',
    y: 'µs',
  },
  {
    file: 'cold-start',
    row: 'cold-start',
    title: 'First message from a cold start, by backlog',
    x: 'messages waiting',
    y: 's',
  },
  {
    file: 'memory',
    row: 'memory',
    title: 'Heap and buffers of one worker',
    x: 'messages that went through',
    y: 'MiB',
  },
];

/** The diagrams that these results have points for, by the name of their file. */
export function plotsOf(results: readonly RowResult[]): ReadonlyMap<string, Plot> {
  const plots = new Map<string, Plot>();
  for (const { file, row, ...words } of drawings) {
    const lines = mergedLines(results.filter((result) => result.row === row));
    if (lines.some(({ points }) => points.length > 1)) plots.set(`${file}.svg`, { ...words, lines });
  }
  return plots;
}

/** A line for each place and series; results that have one point each of the same series make one line. */
function mergedLines(results: readonly RowResult[]): readonly Series[] {
  const lines = new Map<string, Series>();
  for (const { place, series } of results) {
    for (const one of series) {
      const name = `${one.name.split(',')[0]}, ${place}`;
      lines.set(name, { name, points: [...(lines.get(name)?.points ?? []), ...one.points] });
    }
  }
  return [...lines.values()];
}
