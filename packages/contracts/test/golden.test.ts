import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseMessage, serializeMessage } from '../src/index.ts';
import { goldenMessages } from './golden-messages.ts';

const folder = new URL('../fixtures/1.0/golden/', import.meta.url);

test('every golden file has a message, and every message a golden file', () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(goldenMessages).sort());
});

test.each(Object.entries(goldenMessages))('%s is read, and built again byte for byte', (name, build) => {
  const bytes = readFileSync(new URL(name, folder));
  expect(serializeMessage(build())).toBe(bytes.toString('utf8'));
  expect(parseMessage(bytes)).toEqual(build());
});
