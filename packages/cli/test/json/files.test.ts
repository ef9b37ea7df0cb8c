import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { jsonFiles } from '../../scripts/json-files.ts';

const PACKAGE = new URL('../../', import.meta.url);

test.each(jsonFiles())('$path is what the source generates (else: npm run generate)', ({ path, text }) => {
  expect(readFileSync(new URL(path, PACKAGE), 'utf8')).toBe(text);
});

test('there are no other schema files', () => {
  const files = jsonFiles()
    .map(({ path }) => path)
    .filter((path) => path.startsWith('schemas/'));
  expect(
    readdirSync(new URL('schemas/', PACKAGE))
      .map((name) => `schemas/${name}`)
      .sort(),
  ).toEqual(files.sort());
});
