import { expect, it } from 'vitest';
import { spanOf } from '../../src/validate/pointer-span.ts';
import { tooDeepAt, treeOf } from '../../src/validate/syntax.ts';

const TEXT = '{\n  "a": { "b/c": [1, "two"] },\n  "d~": null\n}';

function at(text: string, pointer: string): string {
  const { offset, length } = spanOf(treeOf(text)!, pointer);
  return text.slice(offset, offset + length);
}

it.each([
  ['', TEXT],
  ['/a', '{ "b/c": [1, "two"] }'],
  ['/a/b~1c', '[1, "two"]'],
  ['/a/b~1c/1', '"two"'],
  ['/d~0', 'null'],
])('finds what a JSON Pointer points at: %j', (pointer, value) => {
  expect(at(TEXT, pointer)).toBe(value);
});

it.each([
  ['/missing', 0],
  ['/a/missing', 9],
  ['/a/b~1c/7', 18],
  ['/a/b~1c/', 18],
  ['/a/b~1c/-', 18],
  ['/a/b~1c/1/deeper', 22],
])('points at the opening of what lacks a value: %j', (pointer, offset) => {
  expect(spanOf(treeOf(TEXT)!, pointer)).toEqual({ offset, length: 1 });
});

it('finds what stands before the place where a text is no JSON any more', () => {
  expect(at('{"a": 1, "b": [2, }', '/a')).toBe('1');
});

it('tells how deep a text goes, however long a string in it is', () => {
  expect(tooDeepAt(`["${'a'.repeat(20_000_000)}"]`, 500)).toBeUndefined();
  expect(tooDeepAt(`["${'['.repeat(1_000)}\\"${'['.repeat(1_000)}"]`, 500)).toBeUndefined();
  expect(tooDeepAt(`["\\\\",${'['.repeat(500)}`, 500)).toEqual({ offset: 505, length: 1 });
  expect(tooDeepAt('['.repeat(60_000), 500)).toEqual({ offset: 500, length: 1 });
});
