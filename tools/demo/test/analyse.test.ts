import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse, countLines } from '../src/analyse.ts';
import { MAX_LISTED, MAX_TEXT_CHARACTERS } from '../src/analysis.ts';

describe('analyse', () => {
  it('finds every way to import, each once', () => {
    const text = [
      "import a from 'a';",
      "import type { B } from './b.ts';",
      "import './side-effect.js';",
      "export { c } from '../c';",
      "export * from 'a';",
      "const d = await import('d/sub');",
      "const e = require('e');",
      "type F = import('f').F;",
    ].join('\n');
    const { imports, counts } = analyse('x.ts', text);
    expect(imports.toSorted()).toEqual(
      ['../c', './b.ts', './side-effect.js', 'a', 'd/sub', 'e', 'f'].toSorted(),
    );
    expect(counts.imports).toBe(7);
  });

  it('takes no import from a string or a comment', () => {
    expect(analyse('x.ts', `// import a from 'a';\nconst text = "import b from 'b'";\n`).imports).toEqual([]);
  });

  it('names what is exported', () => {
    const text = [
      'export const a = 1, { b, c: [d] } = x;',
      'export function e() {}',
      'export class F {}',
      'export interface G {}',
      'export type H = string;',
      'export enum I {}',
      'const j = 1; export { j, j as k };',
      "export * from './all.ts';",
      "export * as l from './l.ts';",
      'export default function m() {}',
    ].join('\n');
    expect(analyse('x.ts', text).exports).toEqual([
      'a',
      'b',
      'd',
      'e',
      'F',
      'G',
      'H',
      'I',
      'j',
      'k',
      '* from ./all.ts',
      'l',
      'default',
    ]);
  });

  it('names what a CommonJS module exports', () => {
    const text = 'exports.a = 1;\nmodule.exports.b = 2;\nmodule.exports = c;\nother.exports.d = 1;\n';
    expect(analyse('x.cjs', text).exports).toEqual(['a', 'b', 'module.exports']);
  });

  it('finds notes in comments, with positions, and none in strings, templates, regular expressions and JSX', () => {
    const text = [
      "const a = 'TODO: not this'; // TODO: this one",
      '/*',
      ' * FIXME(kim): and this',
      ' */',
      'const b = `// TODO: no ${1 /* TODO: yes */}`;',
      'const c = /\\/\\/ TODO: no/;',
      'const d = <p>// TODO: no{e}// TODO: no<br/>// TODO: no<b>// TODO: no</b>// TODO: no</p>; // TODO: last',
    ].join('\n');
    expect(analyse('x.tsx', text).todos).toEqual([
      { kind: 'TODO', line: 1, column: 32, text: 'this one' },
      { kind: 'FIXME', line: 3, column: 4, text: 'and this' },
      { kind: 'TODO', line: 5, column: 31, text: 'yes' },
      { kind: 'TODO', line: 7, column: 93, text: 'last' },
    ]);
  });

  it('takes a comment that only talks about notes for none', () => {
    expect(analyse('x.ts', '// The words TODO and FIXME in a sentence.\n').todos).toEqual([]);
  });

  it('counts lines and notes of other languages', () => {
    const analysis = analyse('tool.py', 'import os  # TODO: sort\nprint("TODO: no")\n');
    expect(analysis).toMatchObject({ language: 'Python', lines: 2, imports: [], exports: [] });
    expect(analysis.todos).toEqual([{ kind: 'TODO', line: 1, column: 14, text: 'sort' }]);
  });

  it('survives a file that is not valid', () => {
    expect(analyse('x.ts', "import { from 'a'; }}} export const b = <<<;").language).toBe('TypeScript');
  });

  it('cuts what is listed, not what is counted', () => {
    const long = 'x'.repeat(1_000);
    const many = Array.from({ length: MAX_LISTED + 1 }, (_, index) => `export const a${index} = 1;`);
    const analysis = analyse('x.ts', `import '${long}';\n${many.join('\n')}`);
    expect(analysis.imports[0]).toHaveLength(MAX_TEXT_CHARACTERS);
    expect(analysis.exports).toHaveLength(MAX_LISTED);
    expect(analysis.counts.exports).toBe(MAX_LISTED + 1);
  });
});

describe('countLines', () => {
  it('counts as an editor does', () => {
    expect(['', 'a', 'a\n', 'a\nb', 'a\r\nb\r\n', '\n'].map(countLines)).toEqual([0, 1, 1, 2, 2, 1]);
  });

  it('counts what was joined', () => {
    const line = fc.string({ maxLength: 5 }).map((text) => text.replaceAll(/[\r\n]/g, ''));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.constantFrom('\n', '\r\n', '\r'), (lines, mark) => {
        expect(countLines(lines.map((text) => text + mark).join(''))).toBe(lines.length);
      }),
    );
  });
});
