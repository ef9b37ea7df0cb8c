import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judge, type Version } from '../src/judge.ts';

const field = { type: 'object', properties: { a: { type: 'string' } } };
const more = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string', default: '' } } };
const narrower = { type: 'object', properties: { a: { type: 'string', minLength: 1 } } };
const type = { type: 'object', properties: { message_type: { const: 'x' } } };

function version(name: string, schemas: Version['schemas']): Version {
  return { version: name, schemas, asyncapi: null };
}

test.each<[string, Version, Version, readonly string[]]>([
  ['the same', version('1.0', { s: field }), version('1.0', { s: field }), []],
  ['a new field in a minor', version('1.0', { s: field }), version('1.1', { s: more }), []],
  [
    'a new field in the version that was released',
    version('1.0', { s: field }),
    version('1.0', { s: more }),
    ['s /properties/b'],
  ],
  [
    'a narrower field in a minor',
    version('1.0', { s: field }),
    version('1.1', { s: narrower }),
    ['s /properties/a/minLength'],
  ],
  [
    'another id of a version that was released',
    version('1.0', { s: { ...field, $id: 'urn:1.0:s' } }),
    version('1.0', { s: { ...field, $id: 'urn:s' } }),
    ['s /$id'],
  ],
  [
    'another id in a minor',
    version('1.0', { s: { ...field, $id: 'urn:1.0:s' } }),
    version('1.1', { s: { ...field, $id: 'urn:1.1:s' } }),
    [],
  ],
  ['a narrower field in a major', version('1.0', { s: field }), version('2.0', { s: narrower }), []],
  ['a schema that is gone', version('1.0', { s: field }), version('1.1', {}), ['s ']],
  ['a new schema in a minor', version('1.0', {}), version('1.1', { s: field }), []],
  ['a new message type in a minor', version('1.0', {}), version('1.1', { s: type }), ['s ']],
  ['a new schema in the version that was released', version('1.0', {}), version('1.0', { s: field }), ['s ']],
  ['an older minor', version('1.1', { s: field }), version('1.0', { s: field }), [' ']],
  ['ten is later than nine', version('1.9', { s: field }), version('1.10', { s: more }), []],
])('%s', (_what, released, current, objections) => {
  expect(judge(released, current).map(({ schema, pointer }) => `${schema} ${pointer}`)).toEqual(objections);
});

test('the schemas of now pass, as a command', () => {
  const { status, stdout } = spawnSync(process.execPath, [join(import.meta.dirname, '../start.mjs')], {
    encoding: 'utf8',
  });
  expect(stdout).toMatch(/^compatible: 1\.0 as it is shipped: 5 schemas and the AsyncAPI document$/m);
  expect(status).toBe(0);
});
