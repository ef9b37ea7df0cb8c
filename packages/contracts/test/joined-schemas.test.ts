import type { TSchema } from 'typebox';
import { describe, expect, test } from 'vitest';
import { defineMessage, parseMessage, serializeMessage, tryParseMessage, Type } from '../src/index.ts';
import { faultLines, ids, thrownBy } from './samples.ts';

const a = Type.Object({ a: Type.String() });
const bOrC = Type.Union([Type.Object({ b: Type.String() }), Type.Object({ c: Type.Integer() })]);
const plain = (schema: object): TSchema => schema;

describe('an object of which several schemas speak', () => {
  test.each<[string, TSchema, object]>([
    ['a union in an intersection', Type.Intersect([a, bOrC]), { a: 'x', b: 'y' }],
    ['the other branch of it', Type.Intersect([a, bOrC]), { a: 'x', c: 1 }],
    [
      'an intersection in an intersection',
      Type.Intersect([a, Type.Intersect([Type.Object({ b: Type.String() }), bOrC])]),
      { a: 'x', b: 'y', c: 1 },
    ],
    [
      'an intersection in a union in an intersection',
      Type.Intersect([a, Type.Union([Type.Intersect([Type.Object({ e: Type.Null() }), bOrC]), Type.Null()])]),
      { a: 'x', e: null, b: 'y' },
    ],
    ['an intersection of unions alone', Type.Intersect([bOrC, bOrC]), { b: 'y' }],
    ['exactly one of several', plain({ oneOf: [a, bOrC] }), { a: 'x' }],
    ['fields beside a union', plain({ ...a, anyOf: bOrC.anyOf }), { a: 'x', c: 1 }],
    [
      'fields that another one brings along',
      plain({ ...a, dependentSchemas: { a: Type.Object({ b: Type.String() }) } }),
      { a: 'x', b: 'y' },
    ],
  ])('is written with the fields of all, and with no other: %s', (_name, schema, value) => {
    const joined = defineMessage('joined', Type.Object({ r: schema }));
    const message = joined({ ...ids, r: value });
    expect(
      parseMessage(serializeMessage(message, { definitions: [joined] }), { definitions: [joined] }),
    ).toEqual(message);
    expect(faultLines(thrownBy(() => joined({ ...ids, r: { ...value, d: 1 } })).faults)).toEqual([
      '/r/d: absent (no such field is defined) <- 1',
    ]);
  });

  test('is closed below, at each of its fields', () => {
    const deep = Type.Intersect([a, Type.Union([Type.Object({ b: Type.Array(a) }), Type.Null()])]);
    const joined = defineMessage('joined', Type.Object({ r: deep }));
    expect(() => joined({ ...ids, r: { a: 'x', b: [{ a: 'x' }] } })).not.toThrow();
    expect(() => joined({ ...ids, r: { a: 'x', b: [{ a: 'x', d: 1 }] } as never })).toThrow('Invalid joined');
  });

  test('is asked the same on writing as on reading', () => {
    const not = plain({
      not: { properties: { a: { type: 'object', properties: { b: {} }, required: ['b'] } } },
    });
    const asked = defineMessage('asked', Type.Object({ r: not }));
    const refused = { ...asked({ ...ids, r: { a: 1 } }), r: { a: { b: 1, c: 2 } } };
    expect(tryParseMessage(refused, { definitions: [asked] }).ok).toBe(false);
    expect(thrownBy(() => asked({ ...ids, r: refused.r })).faults).toHaveLength(1);
  });
});
