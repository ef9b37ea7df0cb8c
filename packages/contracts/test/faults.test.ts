import { describe, expect, test } from 'vitest';
import { defineMessage, MAX_FAULTS, MAX_FOUND_CHARACTERS, tryParseMessage, Type } from '../src/index.ts';
import { assignment, completion, faultLines, ids, refusal, thrownBy } from './samples.ts';

const review = defineMessage(
  'code_review',
  Type.Object({
    verdict: Type.Union([
      Type.Object({ kind: Type.Literal('approved') }),
      Type.Object({ kind: Type.Literal('rejected'), because: Type.String({ minLength: 3 }) }),
      Type.Null(),
    ]),
    mood: Type.Optional(Type.Union([Type.Literal('good'), Type.Literal('bad'), Type.Null()])),
    score: Type.Optional(Type.Union([Type.Number({ exclusiveMinimum: 0 }), Type.Array(Type.Number())])),
    pair: Type.Optional(Type.Tuple([Type.String(), Type.Integer()])),
    both: Type.Optional(
      Type.Intersect([Type.Object({ a: Type.String() }), Type.Object({ b: Type.Number() })]),
    ),
    tree: Type.Optional(
      Type.Cyclic(
        { Node: Type.Object({ value: Type.Integer(), nodes: Type.Array(Type.Ref('Node')) }) },
        'Node',
      ),
    ),
    tags: Type.Optional(Type.Record(Type.String({ pattern: '^x-' }), Type.Boolean())),
    even: Type.Optional(
      Type.Refine(
        Type.Integer(),
        (value) => value % 2 === 0,
        () => 'even',
      ),
    ),
    few: Type.Optional(Type.Array(Type.String(), { maxItems: 2 })),
  }),
);

const faultsOf = (fields: object): string[] =>
  faultLines(thrownBy(() => review({ ...ids, verdict: null, ...fields })).faults);

describe('what a fault says', () => {
  test.each<[object, string[]]>([
    [{ verdict: 7 }, ['/verdict: an object or null <- 7']],
    [{ verdict: { kind: 'rejected' } }, ['/verdict/because: a string of at least 3 characters <- nothing']],
    [
      { verdict: { kind: 'rejected', because: 'x' } },
      ['/verdict/because: a string of at least 3 characters <- "x"'],
    ],
    [{ verdict: { kind: 'maybe' } }, ['/verdict/kind: one of "approved", "rejected" <- "maybe"']],
    [{ verdict: {} }, ['/verdict/kind: one of "approved", "rejected" <- nothing']],
    [{ mood: 'so so' }, ['/mood: "good" or "bad" or null <- "so so"']],
    [{ score: 0 }, ['/score: a number above 0 or an array <- 0']],
    [{ score: [1, 'x', null] }, ['/score/1: a number <- "x"', '/score/2: a number <- null']],
    [{ pair: ['x', 'y'] }, ['/pair/1: an integer <- "y"']],
    [{ pair: ['x'] }, ['/pair: an array of exactly 2 items <- an array of 1 item']],
    [{ pair: ['x', 1, 2] }, ['/pair/2: absent (the list ends before it) <- 2']],
    [{ both: { a: 1 } }, ['/both/a: a string <- 1', '/both/b: a number <- nothing']],
    [{ both: { a: 'x', b: 1, c: 2 } }, ['/both/c: absent (no such field is defined) <- 2']],
    [
      {
        tree: {
          value: 1,
          nodes: [
            { value: 'x', nodes: [] },
            { value: 2, nodes: [], more: 1 },
          ],
        },
      },
      [
        '/tree/nodes/0/value: an integer <- "x"',
        '/tree/nodes/1/more: absent (no such field is defined) <- 1',
      ],
    ],
    [{ tags: { 'x-a/b~c': 1 } }, ['/tags/x-a~1b~0c: true or false <- 1']],
    [{ even: 3 }, ['/even: an integer (even) <- 3']],
    [
      { few: ['a', 'b', 3] },
      ['/few/2: a string <- 3', '/few: an array of at most 2 items <- an array of 3 items'],
    ],
  ])('%j', (fields, lines) => {
    expect(faultsOf(fields)).toEqual(lines);
  });

  test('valid values of all of these are accepted', () => {
    const valid = {
      verdict: { kind: 'rejected' as const, because: 'bugs' },
      mood: null,
      score: [1],
      both: { a: 'x', b: 1 },
      tree: { value: 1, nodes: [{ value: 2, nodes: [] }] },
      tags: { 'x-a': true },
      even: 2,
      few: [],
    };
    expect(review({ ...ids, ...valid, pair: ['x', 1] })).toMatchObject(valid);
  });
});

describe('what the author of a check says', () => {
  const Span = Type.Refine(
    Type.Object({ from: Type.Integer(), to: Type.Integer() }),
    ({ from, to }) => from <= to,
    ({ from, to }) => `${from} is after ${to}`,
  );
  const odd = Type.Refine(
    Type.Integer(),
    (value) => value % 2 === 1,
    (value) => `${value} is even`,
  );
  const broken = Type.Refine(
    Type.Integer(),
    (value) => value > 0,
    (value) => (value as never as { a: { b: string } }).a.b,
  );
  const checked = defineMessage(
    'checked',
    Type.Object({
      span: Span,
      odd: Type.Optional(Type.Union([odd, Type.Null()])),
      broken: Type.Optional(broken),
    }),
  );
  const valid = { from: 1, to: 2 };

  test.each<[object, string[]]>([
    [{ span: { from: 3, to: 2 } }, ['/span: an object (3 is after 2) <- an object with 2 fields']],
    [{ span: { from: 3 } }, ['/span/to: an integer <- nothing']],
    [{ span: 7 }, ['/span: an object (what its check accepts) <- 7']],
    [{}, ['/span: an object (what its check accepts) <- nothing']],
    [{ span: valid, odd: 2 }, ['/odd: an integer (2 is even) or null <- 2']],
    [{ span: valid, odd: 'x' }, ['/odd: an integer (what its check accepts) or null <- "x"']],
    [{ span: valid, broken: 0 }, ['/broken: an integer (what its check accepts) <- 0']],
    [
      { span: { from: 3, to: 2 }, odd: 4 },
      [
        '/span: an object (3 is after 2) <- an object with 2 fields',
        '/odd: an integer (4 is even) or null <- 4',
      ],
    ],
  ])('is about the value, where there is one: %j', (fields, lines) => {
    expect(faultLines(thrownBy(() => checked({ ...ids, ...fields } as never)).faults)).toEqual(lines);
    const { span: _span, ...others } = checked({ ...ids, span: valid });
    const error = refusal({ ...others, ...fields }, { definitions: [checked] });
    expect(faultLines(error.faults)).toEqual(lines);
  });
});

describe('all faults', () => {
  test('are listed, from every part of the message', () => {
    const error = refusal(
      assignment({
        message_id: '',
        priority: 'urgent',
        inputs: { files: 'x', environment: { A: 1 } },
        timeout_seconds: -1,
        retry_policy: { max_retries: 1.5 },
      }),
    );
    expect(faultLines(error.faults)).toEqual([
      '/message_id: an id: 1 to 512 characters, no control characters, no lone surrogates <- ""',
      '/priority: one of "low", "medium", "high" <- "urgent"',
      '/inputs/files: an array <- "x"',
      '/inputs/environment/A: a string <- 1',
      '/timeout_seconds: an integer of at least 0 or null <- -1',
      '/retry_policy/max_retries: an integer of at least 0 <- 1.5',
    ]);
    expect(error.faultsOmitted).toBe(0);
    expect(error.message).toMatch(
      /^Invalid task_assignment: \/message_id must be .*; and 3 more\. Correct it/,
    );
  });

  test('are counted beyond the bound of the list', () => {
    const errors = Array.from({ length: MAX_FAULTS + 7 }, () => 1);
    const error = refusal(completion({ results: { errors } }));
    expect(error.faults).toHaveLength(MAX_FAULTS);
    expect(error.faultsOmitted).toBe(7);
    expect(error.message).toContain(`and ${MAX_FAULTS + 7 - 3} more`);
  });

  test('are all listed where the bound is lifted, and each is looked up in no time', () => {
    const errors = Array.from({ length: 100_000 }, () => 1);
    const { user } = process.cpuUsage();
    const result = tryParseMessage(completion({ results: { errors } }), { maxFaults: 200_000 });
    if (result.ok) throw new Error('It is valid.');
    expect([result.error.faults.length, result.error.faultsOmitted]).toEqual([100_000, 0]);
    expect(result.error.faults.at(-1)?.pointer).toBe('/results/errors/99999');
    // Less than a second; with a look at all others for each of them it takes minutes.
    expect(process.cpuUsage().user - user).toBeLessThan(20_000_000);
  }, 60_000);

  test.each([0, -1, 1.5, Number.NaN])('cannot be bounded by %d', (maxFaults) => {
    expect(() => tryParseMessage({}, { maxFaults })).toThrow(/maxFaults must be a positive integer/);
  });

  test('name the message by its id', () => {
    expect(refusal(assignment({ message_id: 'm-1', priority: 0 })).message).toMatch(
      /^Invalid task_assignment "m-1": /,
    );
  });
});

describe('keys and words that would disturb a terminal', () => {
  const hostile = '\u001b]0;x\u0007\nok: 1 sent\u202e';
  const shown = '\\u001b]0;x\\u0007\\u000aok: 1 sent\\u202e';

  test('are escaped where a person reads, and exact where a program looks for the place', () => {
    const { message, faults } = refusal(assignment({ inputs: { environment: { [hostile]: 1 } } }));
    expect(message).toContain(`/inputs/environment/${shown} must be a string, found 1`);
    expect(faults[0]?.pointer).toBe(`/inputs/environment/${hostile}`);
  });

  test('are escaped in what a check says of the value', () => {
    const calm = Type.Refine(
      Type.String(),
      () => false,
      (value) => `anything but ${value}`,
    );
    const checked = defineMessage('checked', Type.Object({ text: calm }));
    const { message, faults } = thrownBy(() => checked({ ...ids, text: hostile }));
    expect(message).not.toMatch(/[\u0000-\u001f\u202e]/);
    expect(faults[0]?.expected).toBe(`a string (anything but ${shown})`);
  });
});

const found = (value: unknown): string => {
  const [fault] = refusal(assignment({ priority: value })).faults;
  return fault?.found ?? '';
};

describe('what was found', () => {
  test.each([
    ['a\u001b[31m\u0000', '"a\\u001b[31m\\u0000"'],
    ['\u007f\u009b\u202e\u200b\u2028\ufeff', '"\\u007f\\u009b\\u202e\\u200b\\u2028\\ufeff"'],
    ['\ud800', '"\\ud800"'],
    ['say "hi"\\', '"say \\"hi\\"\\\\"'],
    ['é🚀', '"é🚀"'],
    [null, 'null'],
    [{ a: 1, b: 2 }, 'an object with 2 fields'],
    [[1, 2], 'an array of 2 items'],
    [1e21, '1e+21'],
  ])('%j is shown as %s', (value, shown) => {
    expect(found(value)).toBe(shown);
  });

  test.each([
    'x'.repeat(79),
    'x'.repeat(1e6),
    '\u0000'.repeat(100),
    '🚀'.repeat(100),
    '"'.repeat(200),
    '\u202e'.repeat(80),
  ])('long values are cut to the bound, between characters', (value) => {
    expect(found(value).length).toBeLessThanOrEqual(MAX_FOUND_CHARACTERS);
    expect(found(value)).toMatch(/^".*…"$/);
    expect(found(value)).not.toMatch(/\p{Surrogate}|\\(u[0-9a-f]{0,3})?…/u);
  });
});
