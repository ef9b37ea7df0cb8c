import { describe, expect, it } from 'vitest';
import { analyse } from '../src/analyse.ts';
import { reportLines, reportMarkdown } from '../src/report.ts';
import { condense, summarise } from '../src/summary.ts';

const analyses = [
  analyse(
    'src/queue.ts',
    "import { a } from './a.ts';\nimport fs from 'node:fs';\nexport const queue = a;\n",
  ),
  analyse('src/a.ts', 'export const a = 1; // TODO: more\n'),
  analyse('tool.py', '# FIXME: all of it\n'),
];
const summary = summarise(analyses);

describe('summarise', () => {
  it('adds up', () => {
    expect(summary.totals).toEqual({
      files: 3,
      lines: 5,
      bytes: analyses.reduce((sum, analysis) => sum + analysis.bytes, 0),
      exports: 2,
      todos: 2,
      edges: 1,
      importers: 1,
    });
    expect(summary.languages).toEqual([
      { language: 'TypeScript', files: 2, lines: 4 },
      { language: 'Python', files: 1, lines: 1 },
    ]);
    expect(summary.largest.map((file) => file.path)).toEqual(['src/queue.ts', 'src/a.ts', 'tool.py']);
    expect(summary.todos.map((todo) => todo.path)).toEqual(['src/a.ts', 'tool.py']);
  });

  it('condenses lists, not totals, and keeps the files that import most', () => {
    const condensed = condense(summary, 1);
    expect(condensed.totals).toEqual(summary.totals);
    expect(condensed.largest).toHaveLength(1);
    expect(reportLines(condense(summary, 0))).toContain('  and 1 more file');
    expect(condensed.graph.map((node) => node.path)).toEqual(['src/queue.ts']);
  });
});

describe('reportLines', () => {
  it('shows totals, largest files, imports and notes', () => {
    expect(reportLines(summary)).toEqual([
      '3 files, 5 lines, 0 KiB, 2 exports, 1 import between the files, 2 TODOs',
      'TypeScript 2, Python 1',
      'Imports and exports: of JavaScript and TypeScript; of other files only lines and TODOs are read.',
      '',
      'Largest files',
      '        3  src/queue.ts',
      '        1  src/a.ts',
      '        1  tool.py',
      '',
      'Most imported files',
      '        1  src/a.ts',
      '',
      'Most imported packages',
      '        1  node:fs',
      '',
      'Import graph: who imports most',
      '  src/queue.ts -> 1: a.ts',
      '',
      'TODOs',
      '  src/a.ts:1:24 TODO more',
      '  tool.py:1:3 FIXME all of it',
    ]);
  });

  it('lets no escape sequence of a file through, and no line grow too long', () => {
    const lines = reportLines(
      summarise([analyse(`\u001b[2J${'x'.repeat(200)}.ts`, '// TODO: \u001b]0;title\u0007\n')]),
    );
    expect(lines.join('\n')).not.toMatch(/[\u001b\u0007]/);
    expect(Math.max(...lines.map((line) => line.length))).toBe(100);
  });
});

describe('reportMarkdown', () => {
  it('has every file, every import and every note', () => {
    const text = reportMarkdown(summary, '/code');
    expect(text).toContain('- src/queue.ts -> src/a.ts, node:fs\n');
    expect(text).toContain('- src/a.ts -> (nothing)\n');
    expect(text).toContain('- tool.py:1:3 FIXME all of it\n');
  });
});
