import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cases } from '../src/cases.ts';
import { NOT_JUDGED, rulesIn, ruleTable } from '../src/rules.ts';
import { segmentOf } from '../src/segment.ts';
import { derivedId } from '../src/derived-id.ts';
import { VECTORS } from '../src/vectors.ts';

const protocol = readFileSync(join(import.meta.dirname, '../../../docs/protocol.md'), 'utf8');
const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const rules = rulesIn(protocol);

test('no number is given to two rules', () => {
  const numbers = rules.map((rule) => Number(rule.slice(1)));
  expect(numbers.filter((number, index) => numbers.indexOf(number) !== index)).toEqual([]);
});

test('after each rule stands what it buys', () => {
  const texts = protocol.split(/^(?=- \*\*R\d+\*\* )/m).slice(1);
  expect(texts.filter((text) => !text.includes('→')).map((text) => text.slice(0, 12))).toEqual([]);
});

test('every rule has a case, or a reason why it has none; not both', () => {
  const judged = new Set<string>(cases.flatMap((one) => one.rules));
  for (const rule of rules) expect([rule, judged.has(rule)]).toEqual([rule, !(rule in NOT_JUDGED)]);
  expect([...judged].filter((rule) => !rules.includes(rule))).toEqual([]);
});

test('every case has a name of its own', () => {
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
});

test('the README’s table is the one that the cases give (npm run conformance -- --rules)', () => {
  expect(readme).toContain(ruleTable(rules, cases));
});

test('the test vectors of the kit are those of the protocol, and what its own encoding makes', () => {
  const table = [...protocol.matchAll(/^\| (agent|message|task|workflow|type) +\| (.+?) +\| `(.+?)` +\|$/gm)];
  const written = table.map(([, kind, id = '', segment]) => ({ kind, id: idIn(id), segment }));
  expect(written).toEqual(VECTORS);
  for (const { kind, id, segment } of VECTORS) expect(segmentOf(id, kind)).toBe(segment);
});

test('the derived id of the protocol is the one that the kit asks for', () => {
  expect(protocol).toContain(derivedId('coder', 'm-1', '0', 'completed'));
});

/** `` `coder` ``, or ``28 times `a` ``. */
function idIn(cell: string): string {
  const [, times = '1', text = ''] = /^(?:(\d+) times )?`(.+)`$/.exec(cell) ?? [];
  return text.repeat(Number(times));
}
