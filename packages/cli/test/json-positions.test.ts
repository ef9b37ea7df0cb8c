import { expect, it } from 'vitest';
import { isTooDeep, jsonPositions } from '../src/json-positions.ts';

const TEXT = '{\n  "a": { "b/c": [1, "two"] },\n  "d~": null\n}';

function at(text: string, pointer: string): string | undefined {
  const stretch = jsonPositions(text).locate(pointer);
  return stretch === undefined ? undefined : text.slice(stretch.start, stretch.start + stretch.length);
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
  ['/a/b~1c/1/deeper', 22],
])('points at the opening of what lacks a value: %j', (pointer, start) => {
  expect(jsonPositions(TEXT).locate(pointer)).toEqual({ start, length: 1 });
});

it('says what makes a text no JSON, and finds what stands before it', () => {
  const text = '{"a": 1, "b": [2, }';
  const positions = jsonPositions(text);
  expect(positions.faults[0]).toMatchObject({ start: 18, text: 'value expected' });
  expect(positions.faults.length).toBeLessThanOrEqual(3);
  expect(at(text, '/a')).toBe('1');
  expect(jsonPositions('// no comments\n{}').faults[0]?.text).toBe('invalid comment token');
});

it('has no positions in what is nested too deeply, and does not fall over it', () => {
  const text = '['.repeat(60_000);
  expect(jsonPositions(text).locate('/0/0')).toBeUndefined();
  expect(jsonPositions(JSON.stringify(['['.repeat(60_000), 1])).locate('/1')).toMatchObject({ length: 1 });
});

it('tells how deep a text goes, however long a string in it is', () => {
  expect(isTooDeep(`["${'a'.repeat(20_000_000)}"]`)).toBe(false);
  expect(isTooDeep(`["${'['.repeat(1_000)}\\"${'['.repeat(1_000)}"]`)).toBe(false);
  expect(isTooDeep(`["\\\\",${'['.repeat(500)}`)).toBe(true);
});
