import { expect, test } from 'vitest';
import type { WholeEnd } from '../src/run-whole.ts';
import type { TestOutcome } from '../src/suite-report.ts';
import { withUnnamedReasons } from '../src/unnamed-reasons.ts';

const odd: TestOutcome = { name: 'odd', state: 'skipped', reason: 'no pipes', errors: [], duration_ms: 0 };
const end: WholeEnd = {
  outcomes: [{ file: 'a.test.ts', duration_ms: 1, errors: [], tests: [odd] }],
  retried: [],
  faults: ['b.test.ts holds no test.'],
};

test('a reason that the text names is no fault', () => {
  expect(withUnnamedReasons(end, 'Skipped: no pipes.')).toEqual(end);
});

test('a reason that it does not name is one, beside all others', () => {
  expect(withUnnamedReasons(end, 'Nothing is skipped.').faults).toEqual([
    'b.test.ts holds no test.',
    'a.test.ts > odd: docs/reliability.md does not name the reason: no pipes',
  ]);
});
