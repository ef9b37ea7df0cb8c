import { describe, expect, test } from 'vitest';
import { judge } from '../src/judge.ts';
import { released, saidOf, TASK, type Draft, type Plant } from './planting.ts';

const task = (schemas: Record<string, Draft>): Draft => schemas[TASK];
const field = (schemas: Record<string, Draft>, name: string): Draft => task(schemas).properties[name];

const REFUSED: readonly Plant[] = [
  ['an optional field is gone', (s) => delete task(s).properties.priority],
  [
    'a field has another name',
    (s) => {
      task(s).properties.prio = field(s, 'priority');
      delete task(s).properties.priority;
    },
  ],
  [
    'a new field is asked for',
    (s) => {
      task(s).properties.x = { type: 'string' };
      task(s).required.push('x');
    },
  ],
  ['an optional field is asked for', (s) => task(s).required.push('inputs')],
  ['a field is not asked for', (s) => task(s).required.splice(task(s).required.indexOf('task_id'), 1)],
  ['a value more', (s) => s['status_update'].properties.status.enum.push('zz')],
  ['a value less', (s) => s['status_update'].properties.status.enum.pop()],
  ['another type', (s) => (s['task_complete'].properties.results = { type: 'string' })],
  ['no type', (s) => delete task(s).type],
  ['another pattern', (s) => (field(s, 'schema_version').pattern = '^1\\.\\d+$')],
  ['nothing excluded', (s) => delete field(s, 'schema_version').not],
  ['a lower limit', (s) => (field(s, 'task_id').maxLength = 100)],
  ['no limit', (s) => delete field(s, 'task_id').minLength],
  ['another format', (s) => (field(s, 'created_at').format = 'date')],
  ['another default', (s) => (field(s, 'priority').default = 'low')],
  ['an object is closed', (s) => (task(s).additionalProperties = false)],
  ['one further down is closed', (s) => (field(s, 'inputs').additionalProperties = false)],
  ['an object is closed the other way', (s) => (task(s).unevaluatedProperties = false)],
  ['another constant', (s) => (field(s, 'message_type').const = 'tasks')],
  ['a field allows nothing', (s) => (task(s).properties.priority = false)],
  ['a field allows everything', (s) => (task(s).properties.priority = true)],
  ['a new field allows nothing', (s) => (task(s).properties.zzz = false)],
  ['a new field allows nothing, in other words', (s) => (task(s).properties.zzz = { not: {} })],
  ['a new field has no value', (s) => (task(s).properties.zzz = { enum: [] })],
  ['other items', (s) => (field(s, 'inputs').properties.files.items = { type: 'number' })],
  ['first items', (s) => (field(s, 'inputs').properties.files.prefixItems = [{ type: 'number' }])],
  ['contains', (s) => (field(s, 'inputs').properties.files.contains = { const: 'x' })],
  ['dependentRequired', (s) => (task(s).dependentRequired = { priority: ['inputs'] })],
  [
    'if and then',
    (s) =>
      Object.assign(task(s), JSON.parse('{"if":{"required":["priority"]},"then":{"required":["inputs"]}}')),
  ],
  ['allOf', (s) => (task(s).allOf = [{ required: ['inputs'] }])],
  ['anyOf on top', (s) => (task(s).anyOf = [{ required: ['inputs'] }, { required: ['priority'] }])],
  ['anyOf in a field', (s) => (field(s, 'task_id').anyOf = [{ pattern: '^a' }, { pattern: '^b' }])],
  [
    'something beside an anyOf of what was there',
    (s) => (task(s).properties.workflow_id = { anyOf: [field(s, 'workflow_id')], pattern: '^x' }),
  ],
  [
    'oneOf for anyOf',
    (s) => {
      field(s, 'assigned_to').oneOf = field(s, 'assigned_to').anyOf;
      delete field(s, 'assigned_to').anyOf;
    },
  ],
  ['a kind of box more', (s) => s['dead_letter_reason'].properties.origin.properties.box.enum.push('zz')],
  ['a branch that allows everything', (s) => field(s, 'assigned_to').anyOf.push(true)],
  ['patternProperties', (s) => (task(s).patternProperties = { '^z': { type: 'number' } })],
  ['propertyNames', (s) => (task(s).propertyNames = { maxLength: 3 })],
  ['minProperties', (s) => (task(s).minProperties = 20)],
  ['null is not allowed', (s) => field(s, 'assigned_to').anyOf.pop()],
  [
    'null is allowed',
    (s) => (task(s).properties.task_id = { anyOf: [field(s, 'task_id'), { type: 'null' }] }),
  ],
  [
    'a map of anything',
    (s) => (s['task_complete'].properties.results.properties.metrics.additionalProperties = true),
  ],
  ['a schema is gone', (s) => delete s['task_complete']],
  ['numbers for integers', (s) => (field(s, 'retry_policy').properties.max_retries.type = 'number')],
  ['integers for numbers', (s) => (field(s, 'retry_policy').properties.backoff_multiplier.type = 'integer')],
  ['multipleOf', (s) => (field(s, 'retry_policy').properties.max_retries.multipleOf = 2)],
  ['uniqueItems', (s) => (field(s, 'inputs').properties.files.uniqueItems = true)],
  ['another dialect', (s) => (task(s).$schema = 'http://json-schema.org/draft-04/schema#')],
  ['a part with an id', (s) => (field(s, 'inputs').$id = 'urn:x')],
  [
    'a new field that is asked for further down',
    (s) => {
      field(s, 'inputs').properties.q = { type: 'string' };
      field(s, 'inputs').required = ['q'];
    },
  ],
  ['a reason more', (s) => s['dead_letter_reason'].properties.code.enum.push('zz')],
  ['a schema elsewhere', (s) => (s[TASK] = { $ref: 'https://example.com/x' })],
  ['a field elsewhere', (s) => (field(s, 'metadata').$ref = 'https://example.com/x')],
  ['a schema is true', (s) => (s[TASK] = true)],
  ['a schema is a list', (s) => (s[TASK] = [])],
  [
    'a reference with an escaped name',
    (s) => {
      task(s).$defs = { 'a/b': { type: 'number' } };
      task(s).properties.task_id = { $ref: '#/$defs/a~1b' };
    },
  ],
  [
    'something beside a reference',
    (s) => {
      task(s).$defs = { t: field(s, 'task_id') };
      task(s).properties.task_id = { $ref: '#/$defs/t', maxLength: 3 };
    },
  ],
  [
    'something new beside a reference',
    (s) => {
      task(s).$defs = { t: field(s, 'task_id') };
      task(s).properties.task_id = { $ref: '#/$defs/t', pattern: '^x' };
    },
  ],
  [
    'an object that is closed beside a reference',
    (s) => {
      task(s).$defs = { t: field(s, 'inputs') };
      task(s).properties.inputs = { $ref: '#/$defs/t', unevaluatedProperties: false, default: {} };
    },
  ],
  [
    'one reference more than once, and something beside the last',
    (s) => {
      task(s).$defs = { t: field(s, 'task_id') };
      for (const name of ['message_id', 'task_id', 'workflow_id'])
        task(s).properties[name] = { $ref: '#/$defs/t', ...(name === 'workflow_id' && { pattern: '^x' }) };
    },
  ],
  [
    'one reference for two fields that were not the same',
    (s) => {
      task(s).$defs = { t: field(s, 'task_id') };
      for (const name of ['task_id', 'created_at']) task(s).properties[name] = { $ref: '#/$defs/t' };
    },
  ],
];

const NEW_TYPES: readonly Plant[] = [
  ['by const', (s) => (s['foo'] = typed({ const: 'foo' }))],
  ['by enum', (s) => (s['foo'] = typed({ enum: ['foo'] }))],
  ['by pattern', (s) => (s['foo'] = typed({ type: 'string', pattern: '^foo$' }))],
  ['by reference', (s) => (s['foo'] = { ...typed({ $ref: '#/$defs/t' }), $defs: { t: { const: 'foo' } } })],
  ['in a branch', (s) => (s['foo'] = { allOf: [typed({ const: 'foo' })] })],
  ['in a definition', (s) => (s['foo'] = { $ref: '#/$defs/m', $defs: { m: typed({ const: 'foo' }) } })],
  ['elsewhere', (s) => (s['foo'] = { $ref: 'urn:tapps-agents:schema:1.0:envelope' })],
];

function typed(type: Draft): Draft {
  return { type: 'object', properties: { message_type: type } };
}

const ASYNCAPI: readonly Plant[] = [
  ['a channel has another address', (_s, a) => (a.channels.inbox.address = 'in/{agent}')],
  ['a channel is gone', (_s, a) => delete a.channels.outbox],
  ['a channel has another parameter', (_s, a) => (a.channels.inbox.parameters.agent.enum = ['x'])],
  ['a channel has a parameter less', (_s, a) => delete a.channels.deadLetters.parameters.box],
  ['a channel has a message less', (_s, a) => delete a.channels.inbox.messages.status_update],
  [
    'a channel has a message more',
    (_s, a) =>
      (a.channels.outbox.messages.task_assignment = { $ref: '#/components/messages/task_assignment' }),
  ],
  ['an operation is gone', (_s, a) => delete a.operations.assignTask],
  ['an operation is the other way round', (_s, a) => (a.operations.assignTask.action = 'receive')],
  ['an operation has no reply', (_s, a) => delete a.operations.receiveTask.reply],
  ['an operation has other messages', (_s, a) => a.operations.receiveTask.messages.pop()],
  [
    'an operation has another channel',
    (_s, a) => (a.operations.assignTask.channel.$ref = '#/channels/outbox'),
  ],
  ['a message is gone', (_s, a) => delete a.components.messages.status_update],
  ['a message has another name', (_s, a) => (a.components.messages.status_update.name = 'x')],
  ['a message is of another kind', (_s, a) => (a.components.messages.status_update.contentType = 'text/xml')],
  ['a message is new', (_s, a) => (a.components.messages.x = { name: 'x', payload: {} })],
  [
    'a payload has a field less',
    (_s, a) => delete a.components.messages.task_assignment.payload.properties.priority,
  ],
  [
    'a payload asks for more',
    (_s, a) => a.components.messages.task_assignment.payload.required.push('inputs'),
  ],
  ['another server', (_s, a) => (a.servers.directory.protocol = 'http')],
  ['another kind of content', (_s, a) => (a.defaultContentType = 'text/xml')],
  ['another AsyncAPI', (_s, a) => (a.asyncapi = '4.0.0')],
  ['the version of another', (_s, a) => (a.info.version = '1.7')],
];

describe('refused in a minor:', () => {
  test.each([...REFUSED, ...ASYNCAPI])('%s', (_what, plant) => {
    expect(saidOf(plant, '1.1')).not.toEqual([]);
  });

  test.each(NEW_TYPES)('a new message type, declared %s', (_what, plant) => {
    expect(saidOf(plant, '1.1').map((line) => line.split(': ')[0])).toEqual(['foo ']);
  });

  test('the ids of the version before', () => {
    const said = saidOf(() => {}, '1.1', 'as they were');
    expect(said.filter((line) => line.includes(' /$id: '))).toHaveLength(5);
    expect(said.filter((line) => line.startsWith('asyncapi /id: '))).toHaveLength(1);
  });

  test('an AsyncAPI document that is gone', () => {
    const { schemas } = released();
    expect(judge(released(), { version: '1.0', schemas, asyncapi: null })).toMatchObject([
      { schema: 'asyncapi' },
    ]);
  });

  test('a schema that is no object is told apart from one that is gone', () => {
    expect(saidOf((schemas) => (schemas[TASK] = true), '1.1')[0]).toMatch(
      /^task_assignment : a schema has to be an object here: it was an object and is true$/,
    );
  });
});

describe('refused in the version that was released:', () => {
  test.each<Plant>([
    ['another id', (s) => (task(s).$id = 'urn:x')],
    ['a new optional field', (s) => (task(s).properties.x = { type: 'string' })],
    ['a new schema', (s) => (s['foo'] = {})],
    ['another id of the AsyncAPI document', (_s, a) => (a.id = 'urn:x')],
    ['a new channel', (_s, a) => (a.channels.x = { address: 'x' })],
    [
      'a new field of a payload',
      (_s, a) => (a.components.messages.task_assignment.payload.properties.x = { type: 'string' }),
    ],
  ])('%s', (_what, plant) => {
    expect(saidOf(plant, '1.0')).toHaveLength(1);
  });
});

describe('allowed in a minor:', () => {
  test.each<Plant>([
    ['nothing but its ids', () => {}],
    ['a new optional field', (s) => (task(s).properties.x = { type: 'string' })],
    ['one further down', (s) => (field(s, 'inputs').properties.x = { type: 'string' })],
    ['a new schema that is of no message', (s) => (s['foo'] = { type: 'object' })],
    [
      'a new field of a payload',
      (_s, a) => (a.components.messages.task_assignment.payload.properties.x = { type: 'string' }),
    ],
    ['a new channel', (_s, a) => (a.channels.x = { address: 'x', description: 'y' })],
    [
      'a new operation',
      (_s, a) => (a.operations.x = { action: 'send', channel: { $ref: '#/channels/inbox' } }),
    ],
  ])('%s', (_what, plant) => {
    expect(saidOf(plant, '1.1')).toEqual([]);
  });
});

describe('allowed in the version that was released:', () => {
  test.each<Plant>([
    [
      'other words for people',
      (s, a) => {
        task(s).description = 'z';
        field(s, 'task_id').title = 'q';
        a.channels.inbox.description = 'z';
        a.channels.inbox.parameters.agent.description = 'z';
        a.info.description = 'z';
      },
    ],
    [
      'another order',
      (s) => {
        task(s).required.reverse();
        s['status_update'].properties.status.enum.reverse();
      },
    ],
    [
      'a definition for what was written in place',
      (s) => {
        task(s).$defs = { t: field(s, 'task_id') };
        task(s).properties.task_id = { $ref: '#/$defs/t' };
      },
    ],
  ])('%s', (_what, plant) => {
    expect(saidOf(plant, '1.0')).toEqual([]);
  });
});
