import { expect, test } from 'vitest';
import { mergedReport } from '../src/report/documents.ts';
import { drawPlot } from '../src/report/plot.ts';
import { plotsOf } from '../src/report/plots.ts';
import { reportText, type Report } from '../src/report/report.ts';
import { subjectTable, verdictTable } from '../src/report/table.ts';
import { resultOf, type Measured, type Series } from '../src/result.ts';
import { spreadOf } from '../src/statistics.ts';
import { reasonIn } from '../src/wording.ts';

const common = {
  title: 'claim to ack',
  place: 'ext4',
  target: 'flat',
  figure: '1.02 x',
  verdict: 'missed',
} as const;

function measured(subject: string, cost: number, ratio: number): Measured {
  return {
    subject,
    standing: subject === 'this queue' ? 'ours' : 'floor',
    durable: false,
    cost_us: spreadOf([cost]),
    processor_us: cost,
    ratio: spreadOf([ratio]),
    processorRatio: spreadOf([2 * ratio]),
    slice: 10,
  };
}

test('the table says target, figure and verdict, and makes what was missed stand out', () => {
  const [, , line] = verdictTable([resultOf({ row: 'backlog', ...common })]).split('\n');
  const cells = line?.split('|').map((cell) => cell.trim());
  expect(cells).toEqual(['', 'claim to ack', 'ext4', 'flat', '1.02 x', '**missed**', '']);
});

test('notes stand below the table, each one time, by the number that its rows have', () => {
  const notes = ['', 'slow', 'fast', 'slow'];
  const table = verdictTable(notes.map((note) => resultOf({ row: 'backlog', ...common, note })));
  const marks = [...table.matchAll(/\*\*missed\*\*(.*) \|/g)].map(([, mark = '']) => mark.trim());
  expect(marks).toEqual(['', '[1]', '[2]', '[1]']);
  expect(table.endsWith('\n\n- [1] slow\n- [2] fast')).toBe(true);
});

test('what is within the noise counts as what it is, and is told', () => {
  const verdicts = ['met', 'met, within the noise', 'missed, within the noise', 'not measured'] as const;
  const results = verdicts.map((verdict) => resultOf({ row: 'send', ...common, verdict }));
  const text = reportText({ ...reportOf({}), results });
  expect(text).toContain(
    'Met: 2 (1 of these within the noise); missed: 1 (1 of these within the noise); not measured: 1.',
  );
  expect(text).toContain('**missed, within the noise**');
});

test('subjects are told by their ratios', () => {
  const table = subjectTable([
    resultOf({
      row: 'send',
      ...common,
      measured: [measured('this queue', 60, 1.5), measured('node calls', 40, 1)],
    }),
  ]);
  expect(table).toContain('1.50 x (1.50–1.50)');
  expect(table).toContain('3.00 x (3.00–3.00)');
  expect(table).toContain('25,000');
});

function point(x: number): Series {
  return { name: 'first message, seconds', points: [{ x, y: spreadOf([x / 1e6]) }] };
}

test('results that have one point each of a series make one line', () => {
  const plots = plotsOf([
    resultOf({ row: 'cold-start', ...common, series: [point(100_000)] }),
    resultOf({ row: 'cold-start', ...common, series: [point(1_000_000)] }),
  ]);
  expect(plots.get('cold-start.svg')?.lines).toHaveLength(1);
  expect(plots.get('cold-start.svg')?.lines[0]?.points.map(({ x }) => x)).toEqual([100_000, 1_000_000]);
});

test('a plot is drawn from zero, each point at its height', () => {
  const svg = drawPlot({
    title: 'a < b',
    x: 'x',
    y: 'µs',
    lines: [
      { name: 'one', points: [1, 2].map((y, index) => ({ x: [0, 100][index] ?? 0, y: spreadOf([y]) })) },
    ],
  });
  expect(svg).toContain('a &lt; b');
  const heights = [...svg.matchAll(/<circle cx="[\d.]+" cy="([\d.]+)"/g)].map(([, y]) => Number(y));
  const [zero = 0] = [...svg.matchAll(/<line x1="64" y1="([\d.]+)"/g)].map(([, y]) => Number(y));
  // Twice as much is twice as high.
  expect(zero - (heights[1] ?? 0)).toBeCloseTo(2 * (zero - (heights[0] ?? 0)), 0);
});

function reportOf(figures: Readonly<Record<string, string>>): Report {
  return {
    takenAt: '2026-01-01T00:00:00.000Z',
    command: 'npm run bench',
    machine: { node: 'v20', system: '', processor: '', cores: 2, memory_mib: 1, load: 0 },
    places: [],
    sizes: {
      rounds: 1,
      messages: 1,
      backlogs: [],
      many: 1,
      through: 1,
      wakes: 1,
      consumers: [],
      consumerRounds: 1,
      idle_s: 1,
    },
    results: Object.entries(figures).map(([row, figure]) => resultOf({ ...common, row, figure })),
    earlier: [],
    lacking: [],
  };
}

test('what a run has not measured stays as the last one had it, in the order of the table, and says of which run it is', () => {
  const order = ['send', 'receive', 'work'];
  const oldest = { ...reportOf({ work: 'oldest', send: 'oldest' }), command: 'the oldest' };
  const old = { ...reportOf({ receive: 'old', send: 'old' }), command: 'the old' };
  const merged = mergedReport(reportOf({ send: 'new' }), mergedReport(old, oldest, order), order);
  expect(merged.results.map(({ row, figure }) => [row, figure])).toEqual([
    ['send', 'new'],
    ['receive', 'old'],
    ['work', 'oldest'],
  ]);
  expect(merged.earlier.map(({ command, kept }) => [command, kept])).toEqual([
    ['the old', ['receive on ext4']],
    ['the oldest', ['work on ext4']],
  ]);
});

test('a row that was measured in one place alone keeps what is known of the other', () => {
  const inMemory = resultOf({ ...common, row: 'send', figure: 'old, in memory', place: 'tmpfs' });
  const before = reportOf({ send: 'old' });
  const old = { ...before, results: [inMemory, ...before.results] };
  const merged = mergedReport(reportOf({ send: 'new' }), old, ['send']);
  expect(merged.results.map(({ figure }) => figure)).toEqual(['new', 'old, in memory']);
});

test('what an earlier run had not measured is said of that run alone', () => {
  const old = { ...reportOf({ receive: 'old' }), lacking: [{ what: 'plainjob', why: 'left out' }] };
  const text = reportText(mergedReport(reportOf({ send: 'new' }), old, ['send', 'receive']));
  expect(text).toContain('Not measured by the run of receive on ext4:\n\n- plainjob: left out');
  expect(reportText(mergedReport(reportOf({ receive: 'new' }), old, ['receive']))).not.toContain('plainjob');
});

test('the peers that a run had are told with their versions', () => {
  const peers = [{ plainjob: '0.0.14', 'better-sqlite3': '12.11.1' }, { liteque: '0.8.0' }];
  const text = reportText({ ...reportOf({ send: 'new' }), peers });
  expect(text).toContain('Peers: plainjob 0.0.14 and better-sqlite3 12.11.1, liteque 0.8.0.');
});

test('of what a program said when it ended, the error is told', () => {
  const said =
    'It ended at "run 64": /peer/lib.js:67\n\tthrow new TypeError();\n\nTypeError: no promise\n    at f (x)\n\nNode.js v20.20.2\n';
  expect(reasonIn(said)).toBe('TypeError: no promise');
  expect(reasonIn('cc: not found\nask for it\n')).toBe('ask for it');
});
