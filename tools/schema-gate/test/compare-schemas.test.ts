import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isCompatible } from '../src/change.ts';
import { compareSchemas } from '../src/compare-schemas.ts';
import type { SchemaNode } from '../src/schema-node.ts';

const task = JSON.parse(
  readFileSync(new URL('../released/1.0/task_assignment.json', import.meta.url), 'utf8'),
) as SchemaNode;

type Draft = Record<string, unknown>;

/** What is under a path of keywords, to be changed. */
function at(schema: Draft, ...path: readonly string[]): Draft {
  return path.reduce((node, key) => node[key] as Draft, schema);
}

function field(schema: Draft, ...names: readonly string[]): Draft {
  return at(schema, ...names.flatMap((name) => ['properties', name]));
}

function turnRound(node: Draft, keyword: string): void {
  node[keyword] = (node[keyword] as unknown[]).toReversed();
}

/** `WHOM POINTER` of each change, after something was planted. */
function changesOf(plant: (schema: Draft) => unknown, released: SchemaNode = task): readonly string[] {
  const current = structuredClone(released) as Draft;
  plant(current);
  return compareSchemas(released, current).map(({ letsDown, pointer }) => `${letsDown.join('+')} ${pointer}`);
}

test('a schema is as it was', () => {
  expect(compareSchemas(task, structuredClone(task))).toEqual([]);
});

describe('a minor may', () => {
  test.each<[string, (schema: Draft) => unknown, readonly string[]]>([
    [
      'say something else to people',
      (schema) => Object.assign(field(schema, 'inputs'), { title: 'x', description: 'y' }),
      [],
    ],
    ['list what it asks for in another order', (schema) => turnRound(schema, 'required'), []],
    ['list values in another order', (schema) => turnRound(field(schema, 'priority'), 'enum'), []],
    ['list branches in another order', (schema) => turnRound(field(schema, 'assigned_to'), 'anyOf'), []],
    ['have its own id', (schema) => (schema['$id'] = 'urn:x'), []],
    [
      'add an optional field',
      (schema) => (at(schema, 'properties')['deadline'] = { type: 'string', default: '' }),
      ['nobody /properties/deadline'],
    ],
    [
      'add one further down',
      (schema) => (at(field(schema, 'inputs'), 'properties')['notes'] = { type: 'string', default: '' }),
      ['nobody /properties/inputs/properties/notes'],
    ],
    [
      'add a field named like an annotation',
      (schema) => (at(schema, 'properties')['title'] = { type: 'string', default: '' }),
      ['nobody /properties/title'],
    ],
  ])('%s', (_what, plant, changes) => {
    expect(changesOf(plant)).toEqual(changes);
  });
});

describe('a minor must not', () => {
  test.each<[string, (schema: Draft) => unknown, readonly string[]]>([
    [
      'remove a field',
      (schema) => delete at(schema, 'properties')['priority'],
      ['meaning /properties/priority'],
    ],
    [
      'ask for a new field',
      (schema) => {
        at(schema, 'properties')['deadline'] = { type: 'string' };
        (schema['required'] as string[]).push('deadline');
      },
      ['old messages /required', 'nobody /properties/deadline'],
    ],
    [
      'ask for a field that could be missing',
      (schema) => (schema['required'] as string[]).push('priority'),
      ['old messages /required'],
    ],
    [
      'no longer ask for a field',
      (schema) => (schema['required'] as string[]).pop(),
      ['old readers /required'],
    ],
    [
      'take a value away',
      (schema) => (field(schema, 'priority')['enum'] as string[]).pop(),
      ['old messages /properties/priority/enum'],
    ],
    [
      'add a value',
      (schema) => (field(schema, 'priority')['enum'] as string[]).push('urgent'),
      ['old readers /properties/priority/enum'],
    ],
    [
      'allow any value',
      (schema) => delete field(schema, 'priority')['enum'],
      ['old readers /properties/priority/enum'],
    ],
    [
      'allow some values only',
      (schema) => (field(schema, 'workflow_id')['enum'] = ['w']),
      ['old messages /properties/workflow_id/enum'],
    ],
    [
      'change a constant',
      (schema) => (field(schema, 'message_type')['const'] = 'task'),
      ['old messages /properties/message_type/const', 'old readers /properties/message_type/const'],
    ],
    [
      'change a type',
      (schema) => (field(schema, 'workflow_id')['type'] = 'integer'),
      ['old messages /properties/workflow_id/type', 'old readers /properties/workflow_id/type'],
    ],
    [
      'allow a further type',
      (schema) => (field(schema, 'inputs')['type'] = ['object', 'string']),
      ['old readers /properties/inputs/type'],
    ],
    [
      'allow fractions',
      (schema) => (field(schema, 'retry_policy', 'max_retries')['type'] = 'number'),
      ['old readers /properties/retry_policy/properties/max_retries/type'],
    ],
    [
      'allow integers only',
      (schema) => (field(schema, 'retry_policy', 'backoff_multiplier')['type'] = 'integer'),
      ['old messages /properties/retry_policy/properties/backoff_multiplier/type'],
    ],
    [
      'allow no null',
      (schema) => (field(schema, 'assigned_to')['anyOf'] as unknown[]).pop(),
      ['old messages /properties/assigned_to'],
    ],
    [
      'allow null',
      (schema) =>
        (at(schema, 'properties')['priority'] = {
          anyOf: [{ enum: ['low', 'medium', 'high'] }, { type: 'null' }],
          default: 'medium',
        }),
      ['old readers /properties/priority'],
    ],
    [
      'change one branch',
      (schema) => ((field(schema, 'timeout_seconds')['anyOf'] as Draft[])[0]!['minimum'] = 1),
      ['old messages /properties/timeout_seconds/anyOf/0/minimum'],
    ],
    [
      'raise a lower limit',
      (schema) => (field(schema, 'workflow_id')['minLength'] = 2),
      ['old messages /properties/workflow_id/minLength'],
    ],
    [
      'lower a lower limit',
      (schema) => (field(schema, 'workflow_id')['minLength'] = 0),
      ['old readers /properties/workflow_id/minLength'],
    ],
    [
      'lower an upper limit',
      (schema) => (field(schema, 'workflow_id')['maxLength'] = 511),
      ['old messages /properties/workflow_id/maxLength'],
    ],
    [
      'raise an upper limit',
      (schema) => (field(schema, 'workflow_id')['maxLength'] = 513),
      ['old readers /properties/workflow_id/maxLength'],
    ],
    [
      'set a limit',
      (schema) => (field(schema, 'inputs', 'files')['maxItems'] = 10),
      ['old messages /properties/inputs/properties/files/maxItems'],
    ],
    [
      'take a limit away',
      (schema) => delete field(schema, 'workflow_id')['maxLength'],
      ['old readers /properties/workflow_id/maxLength'],
    ],
    [
      'change what items are',
      (schema) => (at(field(schema, 'inputs', 'files'), 'items')['minLength'] = 1),
      ['old messages /properties/inputs/properties/files/items/minLength'],
    ],
    [
      'say what items are',
      (schema) => (field(schema, 'inputs', 'config')['items'] = { type: 'string' }),
      ['old messages /properties/inputs/properties/config/items'],
    ],
    [
      'change a pattern',
      (schema) => (field(schema, 'created_at')['pattern'] = 'Z$'),
      ['old messages+old readers /properties/created_at/pattern'],
    ],
    [
      'change what is excluded',
      (schema) => (field(schema, 'task_id')['not'] = { pattern: '[\\x00]' }),
      ['old messages+old readers /properties/task_id/not'],
    ],
    [
      'change a format',
      (schema) => delete field(schema, 'created_at')['format'],
      ['old messages+old readers /properties/created_at/format'],
    ],
    [
      'use a keyword that nobody here knows',
      (schema) => (field(schema, 'inputs')['minContains'] = 1),
      ['old messages+old readers /properties/inputs/minContains'],
    ],
    [
      'change a default',
      (schema) => (field(schema, 'priority')['default'] = 'low'),
      ['meaning /properties/priority/default'],
    ],
    [
      'take a default away',
      (schema) => delete field(schema, 'priority')['default'],
      ['meaning /properties/priority/default'],
    ],
    [
      'close an object',
      (schema) => (field(schema, 'inputs')['additionalProperties'] = false),
      ['old messages /properties/inputs/additionalProperties'],
    ],
    [
      'change what further fields are',
      (schema) => (at(field(schema, 'inputs', 'environment'), 'additionalProperties')['type'] = 'number'),
      [
        'old messages /properties/inputs/properties/environment/additionalProperties/type',
        'old readers /properties/inputs/properties/environment/additionalProperties/type',
      ],
    ],
    [
      'open a map',
      (schema) => delete field(schema, 'inputs', 'environment')['additionalProperties'],
      ['old readers /properties/inputs/properties/environment/additionalProperties'],
    ],
    [
      'name a field of a map',
      (schema) => (field(schema, 'inputs', 'environment')['properties'] = { CI: { type: 'boolean' } }),
      ['old readers /properties/inputs/properties/environment/properties/CI'],
    ],
  ])('%s', (_what, plant, changes) => {
    expect([...changesOf(plant)].sort()).toEqual([...changes].sort());
    const current = structuredClone(task) as Draft;
    plant(current);
    expect(compareSchemas(task, current).every(isCompatible)).toBe(false);
  });
});

describe('recursive types', () => {
  const tree = {
    $ref: '#/$defs/node',
    $defs: {
      node: { type: 'object', properties: { next: { $ref: '#/$defs/node' }, name: { type: 'string' } } },
    },
  };

  test('are followed one time round', () => {
    expect(changesOf(() => {}, tree)).toEqual([]);
    expect(changesOf((schema) => delete at(schema, '$defs', 'node', 'properties')['name'], tree)).toEqual([
      'meaning /properties/name',
    ]);
  });

  test('are followed in a branch too, where their names are the same', () => {
    const either = { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }], $defs: tree.$defs };
    expect(
      changesOf((schema) => (at(schema, '$defs', 'node', 'properties', 'name')['minLength'] = 1), either),
    ).toEqual(['old messages /anyOf/0/properties/name/minLength']);
  });
});
