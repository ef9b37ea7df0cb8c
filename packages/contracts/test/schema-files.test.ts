import { readdirSync, readFileSync } from 'node:fs';
import { Check } from 'typebox/schema';
import { expect, test } from 'vitest';
import { schemaFiles } from '../scripts/schema-files.ts';
import { assignment } from './samples.ts';

const folder = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, folder), 'utf8');

test.each(schemaFiles())('$path is what the source generates (else: npm run generate)', ({ path, text }) => {
  expect(read(path)).toBe(text);
});

test('there are no other schema files of this version', () => {
  const found = ['schemas/1.0', 'asyncapi/1.0'].flatMap((directory) =>
    readdirSync(new URL(`${directory}/`, folder)).map((name) => `${directory}/${name}`),
  );
  expect(found.sort()).toEqual(
    schemaFiles()
      .map(({ path }) => path)
      .sort(),
  );
});

test('each file names its draft and has an id of its own', () => {
  for (const { path } of schemaFiles()) {
    const name = /^schemas\/1\.0\/(.*)\.json/.exec(path)?.[1];
    if (name === undefined) continue;
    expect(JSON.parse(read(path))).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `urn:tapps-agents:schema:1.0:${name}`,
      title: name,
    });
  }
});

test('the files allow unknown fields and ask for no field that has a default', () => {
  const schema = JSON.parse(read('schemas/1.0/task_assignment.json')) as object;
  const { schema_version, message_type, message_id, workflow_id, task_id, agent_id, created_at } =
    assignment();
  const least = { schema_version, message_type, message_id, workflow_id, task_id, agent_id, created_at };
  expect(Check(schema, { ...least, inputs: { later: 1 }, later: true })).toBe(true);
  for (const field of Object.keys(least)) expect(Check(schema, { ...least, [field]: undefined })).toBe(false);
});
