import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { arbitraryMessage } from '../../../packages/contracts/test/arbitrary-messages.ts';
import { mutated } from '../../../packages/contracts/test/mutated.ts';
import { compareSchemas } from '../src/compare-schemas.ts';
import type { SchemaNode } from '../src/schema-node.ts';

type Draft = Record<string, unknown>;

const released = JSON.parse(
  readFileSync(new URL('../released/1.0/task_assignment.json', import.meta.url), 'utf8'),
) as SchemaNode;

function validator(schema: SchemaNode): (value: unknown) => boolean {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  const { $id: _same, ...rest } = schema;
  const validate = ajv.compile(rest);
  return (value) => validate(value);
}

/** Every schema within a schema. */
function partsOf(node: unknown): Draft[] {
  if (Array.isArray(node)) return node.flatMap(partsOf);
  if (typeof node !== 'object' || node === null) return [];
  const draft = node as Draft;
  const below = Object.entries(draft).flatMap(([key, value]) => {
    if (key === 'properties') return Object.values(value as Draft).flatMap(partsOf);
    return ['items', 'anyOf', 'additionalProperties'].includes(key) ? partsOf(value) : [];
  });
  return [draft, ...below];
}

const VALUES = [
  1,
  0,
  512,
  5,
  'string',
  'number',
  'null',
  'object',
  ['string', 'null'],
  false,
  true,
  ['low'],
  ['a', 1],
];
const KEYWORDS = [
  'type',
  'enum',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'additionalProperties',
  'maxItems',
  'required',
];
const edit = fc.record({
  part: fc.nat(),
  keyword: fc.constantFrom(...KEYWORDS),
  value: fc.constantFrom(...VALUES),
  remove: fc.boolean(),
});

/** A schema with something changed somewhere, if it is one that ajv can make sense of. */
function changed({
  part,
  keyword,
  value,
  remove,
}: {
  part: number;
  keyword: string;
  value: unknown;
  remove: boolean;
}): SchemaNode {
  const copy = structuredClone(released) as Draft;
  const parts = partsOf(copy);
  const chosen = parts[part % parts.length] ?? copy;
  if (remove) Reflect.deleteProperty(chosen, keyword);
  else chosen[keyword] = value;
  return copy;
}

test('whatever message one schema accepts and the other refuses, the comparison has said so', () => {
  const before = validator(released);
  let told = 0;
  const seed = Date.now();
  const pool = fc.sample(mutated(arbitraryMessage), { numRuns: 400, seed });
  const verdicts = pool.map(before);
  fc.assert(
    fc.property(edit, (change) => {
      const current = changed(change);
      let after: (value: unknown) => boolean;
      try {
        after = validator(current);
      } catch {
        return; // No schema at all.
      }
      const letsDown = new Set(compareSchemas(released, current).flatMap((one) => one.letsDown));
      for (const [index, message] of pool.entries()) {
        const is = after(message);
        if (verdicts[index] === is) continue;
        told += 1;
        const whom = is ? 'old readers' : 'old messages';
        expect([...letsDown], `${JSON.stringify(change)}, messages of seed ${seed}`).toContain(whom);
      }
    }),
    { numRuns: 150 },
  );
  expect(told).toBeGreaterThan(50);
});
