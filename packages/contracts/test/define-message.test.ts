import { Type as OwnType } from 'typebox';
import type { TObject } from 'typebox';
import { Check } from 'typebox/schema';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  defineMessage,
  parseMessage,
  serializeMessage,
  taskComplete,
  tryParseMessage,
  Type,
  withDefault,
} from '../src/index.ts';
import type { BuiltInMessage, MessageOf } from '../src/index.ts';
import { faultLines, ids, refusal, thrownBy } from './samples.ts';

const review = defineMessage(
  'code_review',
  Type.Object(
    {
      file: Type.String(),
      severity: withDefault(Type.Enum(['low', 'high']), 'low'),
      position: withDefault(
        Type.Object({ line: withDefault(Type.Integer(), 1), column: Type.Optional(Type.Integer()) }),
        {},
      ),
      notes: withDefault(
        Type.Array(Type.Object({ text: Type.String(), seen: withDefault(Type.Boolean(), false) })),
        [],
      ),
    },
    { description: 'What a reviewer found.' },
  ),
);

describe('a message type of one’s own', () => {
  test('is built with its defaults, at every level', () => {
    expect(review({ ...ids, file: 'a.ts', notes: [{ text: 'hm' }] })).toMatchObject({
      schema_version: '1.0',
      message_type: 'code_review',
      file: 'a.ts',
      severity: 'low',
      position: { line: 1 },
      notes: [{ text: 'hm', seen: false }],
    });
  });

  test('is validated as strictly as the built-in ones', () => {
    const error = thrownBy(() => review({ ...ids, file: 7, position: { row: 1 } } as never));
    expect(faultLines(error.faults)).toEqual([
      '/file: a string <- 7',
      '/position/row: absent (no such field is defined) <- 1',
    ]);
  });

  test('is read where it is known, and unknown elsewhere', () => {
    const text = serializeMessage(review({ ...ids, file: 'a.ts' }), { definitions: [review] });
    const message = parseMessage(text, { definitions: [review] });
    if (message.message_type === 'code_review')
      expectTypeOf(message.severity).toEqualTypeOf<'low' | 'high'>();
    expect(message).toMatchObject({ file: 'a.ts' });
    expect(refusal(text).code).toBe('ERR_UNKNOWN_MESSAGE_TYPE');
    expect(refusal(text).message).toContain('task_assignment, status_update, task_complete');
    expect(thrownBy(() => serializeMessage(message)).code).toBe('ERR_UNKNOWN_MESSAGE_TYPE');
  });

  test('leaves the built-in types known', () => {
    const completion = taskComplete({ ...ids, status: 'completed' });
    expect(parseMessage(completion, { definitions: [review] })).toEqual(completion);
  });

  test('has a JSON Schema of what a reader accepts', () => {
    const schema = review.jsonSchema();
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'urn:tapps-agents:schema:1.0:code_review',
      title: 'code_review',
      description: 'What a reviewer found.',
    });
    expect(schema['required']).toContain('file');
    expect(schema['required']).not.toContain('severity');
    const { severity: _severity, ...least } = review({ ...ids, file: 'a.ts' });
    expect(Check(schema, { ...least, later: 1 })).toBe(true);
    expect(Check(schema, { ...least, file: 1 })).toBe(false);
  });

  test('has recursive types and tuples in its JSON Schema as draft 2020-12 writes them', () => {
    const node = Type.Cyclic({ Node: Type.Object({ nodes: Type.Array(Type.Ref('Node')) }) }, 'Node');
    const shapes = defineMessage(
      'shapes',
      Type.Object({ node, again: Type.Array(node), pair: Type.Tuple([Type.String(), Type.Integer()]) }),
    );
    const schema = shapes.jsonSchema();
    expect(schema['properties']).toMatchObject({
      node: { $ref: '#/$defs/Node' },
      again: { items: { $ref: '#/$defs/Node' } },
      pair: { prefixItems: [{ type: 'string' }, { type: 'integer' }], items: false, minItems: 2 },
    });
    expect(schema['$defs']).toMatchObject({
      Node: { properties: { nodes: { items: { $ref: '#/$defs/Node' } } } },
    });
    const message = shapes({
      ...ids,
      node: { nodes: [{ nodes: [] }] },
      again: [{ nodes: [] }],
      pair: ['x', 1],
    });
    expect(Check(schema, message)).toBe(true);
    expect(Check(schema, { ...message, node: { nodes: [{}] } })).toBe(false);
    expect(Check(schema, { ...message, again: [{ nodes: [7] }] })).toBe(false);
    expect(Check(schema, { ...message, pair: ['x', 1, 2] })).toBe(false);
  });

  test('may be made with the user’s own copy of typebox, or be any JSON Schema of an object', () => {
    const own = defineMessage('own_copy', OwnType.Object({ count: OwnType.Integer({ minimum: 1 }) }));
    expect(own({ ...ids, count: 1 }).count).toBe(1);
    const plain = {
      type: 'object',
      required: ['count'],
      properties: { count: { type: 'integer', minimum: 1 } },
    };
    const foreign = defineMessage('plain_schema', plain as unknown as TObject);
    for (const definition of [own, foreign]) {
      const message = { ...own({ ...ids, count: 1 }), message_type: definition.type, count: 0 };
      expect(faultLines(refusal(message, { definitions: [definition] }).faults)).toEqual([
        '/count: an integer of at least 1 <- 0',
      ]);
    }
  });

  test('keeps the checks of a field that has a default', () => {
    const even = Type.Refine(
      Type.Integer(),
      (value) => value % 2 === 0,
      () => 'even',
    );
    const counted = defineMessage('counted', Type.Object({ count: withDefault(even, 2) }));
    expect(counted(ids).count).toBe(2);
    expect(() => counted({ ...ids, count: 3 })).toThrow('/count must be an integer (even), found 3');
  });

  test('may check its fields against each other', () => {
    const range = defineMessage(
      'range',
      Type.Refine(
        Type.Object({ from: Type.Integer(), to: Type.Integer() }),
        ({ from, to }) => from <= to,
        () => 'from <= to',
      ),
    );
    expect(() => range({ ...ids, from: 1, to: 2 })).not.toThrow();
    expect(faultLines(thrownBy(() => range({ ...ids, from: 3, to: 2 })).faults)).toEqual([
      ': an object (from <= to) <- an object with 11 fields',
    ]);
  });

  test('is read tolerantly even where its schema closes the object itself', () => {
    const closed = defineMessage(
      'closed',
      Type.Object({ a: Type.String() }, { additionalProperties: false }),
    );
    const message = closed({ ...ids, a: 'x' });
    expect(tryParseMessage({ ...message, later: 1 }, { definitions: [closed] }).ok).toBe(true);
    expect(() => closed({ ...ids, a: 'x', later: 1 } as never)).toThrow('/later');
  });
});

const defaulted = Type.Object({ country: withDefault(Type.String(), 'CH') });
const notFilled = {
  'a union': Type.Union([defaulted, Type.Null()]),
  'an intersection': Type.Intersect([Type.Object({ a: Type.String() }), defaulted]),
  'a record': Type.Record(Type.String(), defaulted),
  'a tuple': Type.Tuple([Type.Array(defaulted)]),
  'a recursive type': Type.Cyclic({ N: Type.Object({ n: Type.Array(Type.Ref('N')), d: defaulted }) }, 'N'),
};

describe('defaults', () => {
  test('say which of them its own field refuses, and where', () => {
    const nested = Type.Object({ score: withDefault(Type.Integer({ minimum: 0 }), -1) });
    expect(() => defineMessage('x', Type.Object({ a: Type.Array(nested) }))).toThrow(
      'The schema of the message type "x" has a default that its own field refuses: score must be an integer of at least 0, found -1. Correct the default.',
    );
    const severity = withDefault(Type.Object({ level: Type.Enum(['low', 'high']) }), { level: 'LOW' });
    expect(() => defineMessage('x', Type.Object({ severity }))).toThrow(
      'severity/level must be one of "low"',
    );
  });

  test('may be of a recursive type, and be a mere note where the field is optional', () => {
    const node = Type.Cyclic({ N: Type.Object({ nodes: Type.Array(Type.Ref('N')) }) }, 'N');
    const noted = Type.Object({ unit: Type.Optional(withDefault(Type.String(), 'ms')) });
    const tree = defineMessage(
      'tree',
      Type.Object({
        node: withDefault(node, { nodes: [{ nodes: [] }] }),
        noted: Type.Union([noted, Type.Null()]),
      }),
    );
    expect(tree({ ...ids, noted: {} })).toMatchObject({ node: { nodes: [{ nodes: [] }] }, noted: {} });
    expect(Check(tree.jsonSchema(), tree({ ...ids, noted: {} }))).toBe(true);
  });
});

describe('a definition is refused', () => {
  test.each<[string, () => unknown]>([
    ['with a type name in upper case', () => defineMessage('CodeReview', Type.Object({}))],
    ['with an empty type name', () => defineMessage('', Type.Object({}))],
    ['with a type name of 65 characters', () => defineMessage('x'.repeat(65), Type.Object({}))],
    ['with a type name that is no string', () => defineMessage(undefined as never, Type.Object({}))],
    ['with the name of a built-in type', () => defineMessage('status_update', Type.Object({}))],
    ['with fields of the envelope', () => defineMessage('x', Type.Object({ agent_id: Type.String() }))],
    ['with a schema that is no object', () => defineMessage('x', Type.String() as never)],
    ['without a schema', () => defineMessage('x', undefined as never)],
    [
      'with open further fields',
      () => defineMessage('x', Type.Object({}, { additionalProperties: Type.String() })),
    ],
    ['with other keywords at the top', () => defineMessage('x', Type.Object({}, { maxProperties: 3 }))],
    [
      'with a field that every object inherits',
      () => defineMessage('x', Type.Object({ a: Type.Object({ toString: Type.String() }) })),
    ],
    ['with __proto__', () => defineMessage('x', Type.Object({ ['__proto__']: Type.String() }))],
    [
      'with a type that JSON does not have',
      () => defineMessage('x', Type.Object({ a: Type.Array(Type.BigInt()) })),
    ],
    [
      'with two recursive types of one name',
      () =>
        defineMessage(
          'x',
          Type.Object({
            a: Type.Cyclic({ N: Type.Array(Type.Ref('N')) }, 'N'),
            b: Type.Cyclic({ N: Type.Object({ n: Type.Ref('N') }) }, 'N'),
          }),
        ),
    ],
    [
      'with a reference that leads nowhere',
      () => defineMessage('x', Type.Object({ a: Type.Ref('Elsewhere') })),
    ],
    [
      'with a type that JSON does not have',
      () => defineMessage('x', Type.Object({ a: Type.Array(Type.BigInt()) })),
    ],
    [
      'with a reference by position',
      () => defineMessage('x', Type.Object({ a: Type.Ref('#/properties/b') })),
    ],
    [
      'with a default that is not JSON',
      () => defineMessage('x', Type.Object({ a: withDefault(Type.Unknown(), () => 1) })),
    ],
    [
      'with undefined as a default',
      () => defineMessage('x', Type.Object({ a: withDefault(Type.String(), undefined) })),
    ],
    [
      'with a default of another type',
      () => defineMessage('x', Type.Object({ a: withDefault(Type.Null(), 1) })),
    ],
    [
      'with a default that a check refuses',
      () =>
        defineMessage(
          'x',
          Type.Object({
            a: withDefault(
              Type.Refine(
                Type.Integer(),
                (value) => value > 1,
                (value) => `${value} is too small`,
              ),
              1,
            ),
          }),
        ),
    ],
    [
      'with a default that has a field of no name',
      () => defineMessage('x', Type.Object({ a: withDefault(Type.Object({}), { b: 1 }) })),
    ],
    ...Object.entries(notFilled).map(([place, schema]): [string, () => unknown] => [
      `with a default in ${place}, where none is filled in`,
      () => defineMessage('x', Type.Object({ a: schema })),
    ]),
  ])('%s', (_name, define) => {
    const error = thrownBy(define);
    expect(error.code).toBe('ERR_INVALID_DEFINITION');
    expect(error.message).toMatch(/\.$/);
  });

  test('beside another of the same name', () => {
    const other = defineMessage('code_review', Type.Object({}));
    expect(thrownBy(() => tryParseMessage({}, { definitions: [review, other] })).code).toBe(
      'ERR_INVALID_DEFINITION',
    );
    expect(tryParseMessage(review({ ...ids, file: 'f' }), { definitions: [review, review] }).ok).toBe(true);
  });
});

test('the static types follow the schema', () => {
  expectTypeOf<MessageOf<typeof review>['message_type']>().toEqualTypeOf<'code_review'>();
  expectTypeOf<MessageOf<typeof review>['position']>().toEqualTypeOf<{ line: number; column?: number }>();
  expectTypeOf(
    parseMessage({}.toString.call([]) && review({ ...ids, file: 'f' }), { definitions: [review] }),
  ).toEqualTypeOf<BuiltInMessage | MessageOf<typeof review>>();
  expectTypeOf(parseMessage(taskComplete({ ...ids, status: 'failed' }))).toEqualTypeOf<BuiltInMessage>();
  // @ts-expect-error: file has no default
  thrownBy(() => review(ids));
  // @ts-expect-error: no such severity
  thrownBy(() => review({ ...ids, file: 'f', severity: 'medium' }));
});
