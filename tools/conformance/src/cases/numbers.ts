import type { Case } from '../case.ts';
import { json, task } from '../message.ts';
import { quarantined } from './quarantine.ts';
import { read } from './reading.ts';

const LARGEST = 2 ** 53 - 1;

/** A number as it is written, which no `JSON.stringify` would write. */
function written(fields: Readonly<Record<string, unknown>>, number: string): string {
  return json(task(fields)).replace('"NUMBER"', number);
}

/** A message with a number that no 64-bit float can hold. */
function outOfRange(
  name: string,
  where: string,
  fields: Readonly<Record<string, unknown>>,
  number = '1e999',
): Case {
  return quarantined(
    `invalid-number-${name}`,
    'invalid_schema',
    `A number that no 64-bit float can hold is a fault wherever it stands: ${where}.`,
    written(fields, number),
    { rules: ['R37', 'R73'] },
  );
}

export const numbersCases: readonly Case[] = [
  read(
    'read-largest-integer',
    ['R73'],
    'An integer may be 2^53 - 1.',
    json(task({ timeout_seconds: LARGEST })),
    { timeout_seconds: LARGEST },
  ),
  quarantined(
    'invalid-integer-too-large',
    'invalid_schema',
    'An integer of 2^53 is too large: not every language would read the same one.',
    json(task({ timeout_seconds: LARGEST + 1 })),
    { rules: ['R13', 'R37', 'R73'] },
  ),
  quarantined(
    'invalid-float-too-large',
    'invalid_schema',
    'A float beyond 2^53 is no integer either, though it has no fraction.',
    json(task({ retry_policy: { backoff_seconds: 1e300 } })),
    { rules: ['R14', 'R37', 'R73'] },
  ),
  outOfRange('in-an-unknown-field', 'in a field that nobody knows', { colour: 'NUMBER' }),
  outOfRange('in-inputs', 'in the options of a task', { inputs: { options: { a: ['NUMBER'] } } }),
  outOfRange('in-unknown-inputs', 'in inputs that nobody knows', { inputs: { more: 'NUMBER' } }),
  outOfRange('negative', 'below nought', { metadata: { a: 'NUMBER' } }, '-1e400'),
  outOfRange('of-many-digits', 'of 400 digits', { metadata: { a: 'NUMBER' } }, '9'.repeat(400)),
];
