import { readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseMessage, serializeMessage } from '../src/index.ts';
import { strictReaderAccepts } from './strict-reader.ts';

const folder = new URL('../fixtures/vectors/', import.meta.url);
const vectors = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(fileURLToPath(folder), `${entry.parentPath}/${entry.name}`));

test('there are vectors of every built-in type', () => {
  const types = vectors.map((file) => /(task_assignment|status_update|task_complete)\.json$/.exec(file)?.[1]);
  expect(new Set(types)).toEqual(new Set(['task_assignment', 'status_update', 'task_complete']));
});

test.each(vectors)('%s is accepted and read without loss', (file) => {
  const bytes = readFileSync(new URL(file, folder));
  const message = parseMessage(bytes);
  expect(message).toEqual(JSON.parse(bytes.toString('utf8')));
  expect(strictReaderAccepts(serializeMessage(message))).toBe(true);
});
