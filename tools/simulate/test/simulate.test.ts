import { expect, test } from 'vitest';
import { FEATURES, type Feature } from '../src/features.ts';
import { Random } from '../src/random.ts';
import type { Scenario } from '../src/scenario.ts';
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

/** Collectors that reject what they take, and nobody but one who waits for it. */
const asking = (scenario: Scenario): Scenario => ({
  ...scenario,
  operators: 0,
  collectors: 2,
  receivers: 0,
  workers: 1,
  trouble: 0.8,
  harmfulSteps: 2_000,
  forgets: false,
  flushesDirectories: true,
  splitsRenames: false,
  harm: [{ step: 2_000, harm: 'stop', for_ms: 100 }],
  spells: [],
  messages: scenario.messages.map((planned) => ({
    ...planned,
    type: 'task_assignment',
    asked: true,
    senders: planned.senders.slice(0, 1),
  })),
});

test('an answer that a collector rejects is replayed, as who waits for it would wait for long', async () => {
  let rejected = 0;
  for (let seed = 1; seed <= 40; seed += 1) {
    const { violations, trace } = await simulate(seed, { adjust: asking, keepTrace: 100_000 });
    expect(violations, `seed ${seed}`).toEqual([]);
    if (trace.some((line) => /^quarantine collector\d .*task_complete/.test(line))) rejected += 1;
  }
  expect(rejected).toBeGreaterThan(0);
});
