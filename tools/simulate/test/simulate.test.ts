import { expect, test } from 'vitest';
import { FEATURES, type Feature } from '../src/features.ts';
import { Random } from '../src/random.ts';
import { simulate } from '../src/simulate.ts';

test(
  'two hundred seeds keep every promise, and between them have everything that seeds can have',
  {
    timeout: 300_000,
  },
  async () => {
    const broken = [];
    const missing = new Set<Feature>(FEATURES);
    for (let seed = 1; seed <= 200; seed += 1) {
      const { violations, features } = await simulate(seed);
      if (violations.length > 0) broken.push({ seed, violations });
      for (const feature of features) missing.delete(feature);
    }
    expect(broken).toEqual([]);
    expect([...missing]).toEqual([]);
  },
);

test('seeds that differ in their fraction only draw different numbers', () => {
  const first = [0, 0.25, 0.5].map((fraction) => new Random(7 + fraction).next());
  expect(new Set(first).size).toBe(3);
});

test('a seed replays exactly, whatever ran before it', async () => {
  const seeds = [3, 17, 40, 86, 225];
  const digests = new Map<number, string>();
  for (const seed of seeds) digests.set(seed, (await simulate(seed)).digest);
  for (const seed of seeds.toReversed()) expect((await simulate(seed)).digest).toBe(digests.get(seed));
  expect(new Set(digests.values()).size).toBe(seeds.length);
});
