import { expect, test } from 'vitest';
import { simulate } from '../src/simulate.ts';
import { contested } from '../src/shapes.ts';
import { plants } from './support/planted.ts';

/** Seeds may come to mean something else; then it takes a few more until one shows the mistake. */
const mostSeeds = 1_000;

test.each(plants)(
  'is noticed, by the check for it alone: $name',
  { timeout: 600_000 },
  async ({ rule, seed: first, ...options }) => {
    const found = new Set<string>();
    for (let seed = first; seed < first + mostSeeds && !found.has(rule); seed += 1) {
      found.add((await simulate(seed, options)).violations.map((violation) => violation.rule).join(', '));
    }
    expect([...found]).toContain(rule);
  },
);

test('the same circumstances without a fault break nothing', { timeout: 300_000 }, async () => {
  const found = [];
  for (let seed = 1; seed <= 40; seed += 1)
    found.push(...(await simulate(seed, { adjust: contested })).violations);
  expect(found).toEqual([]);
});
