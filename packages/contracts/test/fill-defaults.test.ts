import { Type } from 'typebox';
import { expect, test } from 'vitest';
import { fillDefaults } from '../src/fill-defaults.ts';
import { withDefault } from '../src/with-default.ts';

const schema = Type.Object({
  name: Type.String(),
  note: Type.Optional(Type.String()),
  tags: withDefault(Type.Array(Type.String()), []),
  parts: Type.Array(Type.Object({ size: withDefault(Type.Integer(), 1), unit: Type.String() })),
});

const whole = { name: 'a', tags: ['t'], parts: [{ size: 2, unit: 'm' }], other: { kept: true } };

test('a value that lacks nothing, its fields in order, is not copied', () => {
  expect(fillDefaults(schema, whole)).toBe(whole);
});

test.each([
  ['a field with a default', { name: 'a', parts: [] }, { name: 'a', tags: [], parts: [] }],
  [
    'one in an item of a list',
    { name: 'a', tags: [], parts: [{ size: 2, unit: 'm' }, { unit: 'm' }] },
    {
      name: 'a',
      tags: [],
      parts: [
        { size: 2, unit: 'm' },
        { size: 1, unit: 'm' },
      ],
    },
  ],
])('%s that is missing is filled in, and the given value stays as it was', (_, given, filled) => {
  const before = structuredClone(given);
  const result = fillDefaults(schema, given);
  expect(JSON.stringify(result)).toBe(JSON.stringify(filled));
  expect(given).toEqual(before);
});

test.each([
  ['known ones in another order', { tags: [], name: 'a', parts: [] }],
  ['an unknown one first', { other: 1, name: 'a', tags: [], parts: [] }],
  ['an optional one late', { name: 'a', tags: [], parts: [], note: 'n' }],
])('fields come in the order of the schema: %s', (_, given) => {
  const result = fillDefaults(schema, given) as object;
  const order = ['name', 'note', 'tags', 'parts', 'other'];
  expect(Object.keys(result)).toEqual(order.filter((key) => Object.hasOwn(given, key)));
  expect(result).toEqual(given);
});
