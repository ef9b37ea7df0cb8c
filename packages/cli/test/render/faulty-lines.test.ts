import { applyEdits, format } from 'jsonc-parser';
import { expect, it } from 'vitest';
import { faultyLines } from '../../src/render/faulty-lines.ts';
import { styleFor } from '../../src/render/style.ts';

const plain = styleFor(false);
const fault = (pointer: string, expected = 'a number', found = '"x"') => ({ pointer, expected, found });

function shown(content: string, ...pointers: readonly string[]): string {
  return String(
    faultyLines(
      content,
      pointers.map((pointer) => fault(pointer)),
      plain,
    ),
  );
}

it('marks each fault below its line', () => {
  expect(shown('{\n  "a": "x",\n  "b": ["y", "x"]\n}', '/b/1', '/a', '/c')).toBe(
    [
      '  1 | {',
      '    | ^ /c: expected a number, found "x"',
      '  2 |   "a": "x",',
      '    |        ^^^ /a: expected a number, found "x"',
      '  3 |   "b": ["y", "x"]',
      '    |              ^^^ /b/1: expected a number, found "x"',
      '  4 | }',
    ].join('\n'),
  );
});

it('of two fields of one name marks the last, which is the one that readers take', () => {
  expect(shown('{\n  "a": 1,\n  "a": "x"\n}', '/a')).toContain('  3 |   "a": "x"\n    |        ^^^ /a');
});

it('counts lines as editors do, also those of old Macs', () => {
  expect(shown('{\r "b": 1,\r\n "a": "x"\r}', '/a')).toContain('  3 |  "a": "x"\n    |       ^^^ /a');
});

it('says where a text stops being JSON', () => {
  expect(shown('{\n  "a" 1\n}')).toContain('  2 |   "a" 1\n    |       ^ no JSON: expected a colon, found 1');
});

it('of a long text shows what is near its faults, with its own line numbers', () => {
  const lines = Array.from({ length: 500 }, (_, index) => `  "k${index}": ${index}`).join(',\n');
  const text = shown(`{\n${lines}\n}`, '/k250');
  expect(text.split('\n').length).toBeLessThan(15);
  expect(text).toContain('  252 |   "k250": 250,\n      |           ^^^ /k250');
  expect(text).toContain('      ...');
});

it('breaks a long line into lines to be read', () => {
  const text = shown(JSON.stringify({ a: 'x', more: 'y'.repeat(150) }), '/a');
  expect(text).toContain('broken into lines');
  expect(text).toContain('  2 |   "a": "x",\n    |        ^^^ /a');
});

it('puts carets under wide and hostile characters', () => {
  expect(shown('{"漢字\u001b": 1, "b": "x"}', '/b')).toBe(
    [
      String.raw`  1 | {"漢字\u001b": 1, "b": "x"}`,
      String.raw`    |  ^^^^^^^^^^^^ no JSON: expected control characters as escapes, such as \t, found "漢字\u001b"`,
      `    | ${' '.repeat(23)}^^^ /b: expected a number, found "x"`,
    ].join('\n'),
  );
});

it('shows what no parser can read as it is', () => {
  expect(shown('['.repeat(60_000), '/0').length).toBeLessThan(400);
});

it('breaks a text of megabytes in one line into lines, and does not copy it for each of them', () => {
  const values = Array.from({ length: 700_000 }, (_, index) => index);
  const text = shown(JSON.stringify({ values, a: 'x' }), '/a');
  expect(text).toContain('  700004 |   "a": "x"\n         |        ^^^ /a');
});

it('breaks every text as the library does', () => {
  const options = { insertSpaces: true, tabSize: 2, eol: '\n' };
  for (const content of [
    '{"a":[1,{"b":[]}],"c":{}}',
    ' { "a" : 1 , , "b"\r\n:2 ',
    '[[],[1],"x"  ',
    '{"a":1}\n\n{"b" 2}',
  ]) {
    const text = `${content}${' '.repeat(200)}${JSON.stringify('x'.repeat(200))}`;
    const lines = applyEdits(text, format(text, undefined, options)).split('\n');
    const seen = shown(text)
      .split('\n')
      .filter((line) => /^ +\d+ \|/.test(line));
    expect(seen.map((line) => line.replace(/^ +\d+ \| ?/, ''))).toEqual(
      lines.map((line) => (line.length <= 160 ? line.replace(/\r$/, '') : `${line.slice(0, 159)}…`)),
    );
  }
});
