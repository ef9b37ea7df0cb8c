import { readFileSync } from 'node:fs';
import specifications from '@asyncapi/specs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMessage } from '../src/index.ts';
import { arbitraryMessage } from './arbitrary-messages.ts';
import { mutated } from './mutated.ts';

type Json = Record<string, unknown>;

const document = JSON.parse(
  readFileSync(new URL('../asyncapi/1.0/asyncapi.json', import.meta.url), 'utf8'),
) as Json;

/** The AsyncAPI initiative's own JSON Schema of documents of version 3.0.0. */
const official = specifications.schemas['3.0.0'] as object;

/** By draft-07. The official schema brings that draft's own schema along, under the id that ajv would have it by as well. */
function validator(options: { readonly meta: boolean }): Ajv {
  const ajv = new Ajv({ strict: false, allErrors: true, meta: options.meta, validateSchema: options.meta });
  addFormats.default(ajv);
  return ajv;
}

const isAsyncApi = validator({ meta: false }).compile(official);

/** What a JSON Pointer with `#` in front of it leads to. */
function at(pointer: string): unknown {
  return pointer
    .slice(2)
    .split('/')
    .reduce<unknown>((value, key) => (value as Json | undefined)?.[key], document);
}

function messageNamed(name: string): { readonly payload: object; readonly examples?: { payload: Json }[] } {
  return at(`#/components/messages/${name}`) as ReturnType<typeof messageNamed>;
}

test('the document is valid by the schema of its specification', () => {
  expect(isAsyncApi(document), JSON.stringify(isAsyncApi.errors?.slice(0, 3))).toBe(true);
});

test.each<[string, (copy: Json) => void]>([
  [
    'an operation that does nothing known',
    (copy) => ((copy['operations'] as Json)['receiveTask'] = { action: 'take' }),
  ],
  ['no version', (copy) => delete (copy['info'] as Json)['version']],
  ['a field that nobody knows', (copy) => (copy['boxes'] = {})],
])('which refuses %s', (_what, spoil) => {
  const copy = structuredClone(document);
  spoil(copy);
  expect(isAsyncApi(copy)).toBe(false);
});

test('every reference leads somewhere, and operations only to messages of their own channel', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref ?? '');
  expect(references.length).toBeGreaterThan(10);
  for (const reference of references) expect([reference, at(reference)]).not.toContain(undefined);
  for (const operation of Object.values(document['operations'] as Record<string, Json>)) {
    const channel = (operation['channel'] as { $ref: string }).$ref;
    for (const { $ref } of operation['messages'] as { $ref: string }[])
      expect($ref.startsWith(`${channel}/messages/`)).toBe(true);
  }
});

test('each message names the JSON Schema file that it was made of', () => {
  for (const name of Object.keys(at('#/components/messages') as Json))
    expect(at(`#/components/messages/${name}/x-json-schema-id`)).toBe(`urn:tapps-agents:schema:1.0:${name}`);
});

test('examples are messages', () => {
  const examples = ['task_assignment', 'status_update', 'task_complete'].flatMap(
    (name) => messageNamed(name).examples ?? [],
  );
  expect(examples).toHaveLength(3);
  for (const { payload } of examples) expect(parseMessage(payload)).toEqual(payload);
});

test('payloads mean by draft-07 what the files mean by draft 2020-12', () => {
  const newer = new Ajv2020({ strict: false });
  addFormats.default(newer);
  const older = validator({ meta: true });
  const pairs = new Map(
    ['task_assignment', 'status_update', 'task_complete'].map((name) => {
      const { payload } = messageNamed(name);
      return [name, { older: older.compile(payload), newer: newer.compile(payload) }] as const;
    }),
  );
  fc.assert(
    fc.property(mutated(arbitraryMessage), (message) => {
      for (const pair of pairs.values()) expect(pair.older(message)).toBe(pair.newer(message));
    }),
    { numRuns: 500 },
  );
});
