import { expect, test } from 'vitest';
import { simulate } from '../src/simulate.ts';

test('two hundred seeds keep every promise', { timeout: 300_000 }, async () => {
  const broken = [];
  for (let seed = 1; seed <= 200; seed += 1) {
    const { violations } = await simulate(seed);
    if (violations.length > 0) broken.push({ seed, violations });
  }
  expect(broken).toEqual([]);
});

test('a seed replays exactly, whatever ran before it', async () => {
  const seeds = [3, 17, 40, 86, 225];
  const digests = new Map<number, string>();
  for (const seed of seeds) digests.set(seed, (await simulate(seed)).digest);
  for (const seed of seeds.toReversed()) expect((await simulate(seed)).digest).toBe(digests.get(seed));
  expect(new Set(digests.values()).size).toBe(seeds.length);
});
