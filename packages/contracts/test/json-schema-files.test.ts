import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDeadLetterReason, tryParseMessage } from '../src/index.ts';
import { arbitraryMessage } from './arbitrary-messages.ts';
import { reason } from './dead-letter-samples.ts';
import { goldenMessages } from './golden-messages.ts';
import { mutated } from './mutated.ts';

const schemas = new URL('../schemas/1.0/', import.meta.url);
const fixtures = new URL('../fixtures/', import.meta.url);
const NAMES = ['envelope', 'task_assignment', 'status_update', 'task_complete', 'dead_letter_reason'];

/** An independent validator that knows the files and nothing else; strict, so that a keyword it does not know is an error. */
const ajv = new Ajv2020({ strict: true, allErrors: true });
addFormats.default(ajv);
for (const name of NAMES)
  ajv.addSchema(JSON.parse(readFileSync(new URL(`${name}.json`, schemas), 'utf8')) as object);

/** What ajv says by the file whose `$id` this is. */
function accepts(name: string, value: unknown): boolean {
  const validate = ajv.getSchema(`urn:tapps-agents:schema:1.0:${name}`);
  if (validate === undefined) throw new Error(`There is no schema with the id of ${name}.`);
  return validate(value) === true;
}

function acceptsMessage(message: Record<string, unknown>): boolean {
  const type = message['message_type'];
  return typeof type === 'string' && /^(task|status)_/.test(type) && NAMES.includes(type)
    ? accepts(type, message)
    : false;
}

test('every file is a valid schema of its draft, found by its id, all of them together', () => {
  expect(readdirSync(schemas).sort()).toEqual(NAMES.map((name) => `${name}.json`).sort());
  for (const name of NAMES) expect(() => accepts(name, {})).not.toThrow();
});

test('a reference from one file to another by its id resolves', () => {
  const either = {
    anyOf: ['task_assignment', 'task_complete'].map((name) => ({
      $ref: `urn:tapps-agents:schema:1.0:${name}`,
    })),
  };
  const validate = ajv.compile(either);
  expect(validate(goldenMessages['task_complete.full.json']?.())).toBe(true);
  expect(validate(goldenMessages['status_update.full.json']?.())).toBe(false);
});

test.each(['1.0/golden', 'vectors/inbox/agent-a', 'vectors/outbox/agent-a'])(
  'ajv accepts what is in %s',
  (folder) => {
    const names = readdirSync(new URL(`${folder}/`, fixtures));
    expect(names.length).toBeGreaterThanOrEqual(3);
    for (const name of names) {
      const message = JSON.parse(readFileSync(new URL(`${folder}/${name}`, fixtures), 'utf8')) as Record<
        string,
        unknown
      >;
      expect([name, acceptsMessage(message), accepts('envelope', message)]).toEqual([name, true, true]);
    }
  },
);

test('ajv and this package agree about every message, however it was changed', () => {
  const outcomes = { true: 0, false: 0 };
  fc.assert(
    fc.property(mutated(arbitraryMessage), (message) => {
      const accepted = tryParseMessage(message).ok;
      outcomes[`${accepted}`] += 1;
      expect(acceptsMessage(message)).toBe(accepted);
    }),
    { numRuns: 2_000 },
  );
  expect(Math.min(outcomes.true, outcomes.false)).toBeGreaterThan(200);
});

test('ajv and this package agree about every dead-letter reason, however it was changed', () => {
  const outcomes = { true: 0, false: 0 };
  fc.assert(
    fc.property(mutated(fc.constant(reason)), (changed) => {
      const accepted = isReason(changed);
      outcomes[`${accepted}`] += 1;
      expect(accepts('dead_letter_reason', changed)).toBe(accepted);
    }),
    { numRuns: 1_000 },
  );
  expect(Math.min(outcomes.true, outcomes.false)).toBeGreaterThan(100);
});

function isReason(value: unknown): boolean {
  try {
    parseDeadLetterReason(value);
    return true;
  } catch {
    return false;
  }
}
