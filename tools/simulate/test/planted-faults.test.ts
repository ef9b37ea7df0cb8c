import { expect, test } from 'vitest';
import {
  claimByCopy,
  directoriesNotFlushed,
  filesNotFlushed,
  ledgerBeforeLeases,
  noFencing,
  noGenerations,
} from '../src/planted-faults.ts';
import type { Scenario } from '../src/scenario.ts';
import { simulate } from '../src/simulate.ts';
import type { Tampering } from '../src/world.ts';

/** Where the fault has a chance to show: several workers, several copies, holders that are stopped for long. */
function contested(scenario: Scenario): Scenario {
  return {
    ...scenario,
    messages: scenario.messages.map((message) => ({ ...message, senders: [0, 0], delay_ms: 0 })),
    workers: 3,
    receivers: 0,
    operators: 0,
    trouble: 0.3,
    concurrency: 2,
    lease_ms: 1_000,
    spells: [],
    slowCalls: 0.02,
    slowCall_ms: 3_000,
    harm: [80, 120, 160, 200, 240, 280, 320, 360, 400].map((step) => ({
      step,
      harm: 'stop',
      for_ms: 10_000,
    })),
    harmfulSteps: 900,
  };
}

const asPlanned = (scenario: Scenario): Scenario => scenario;

test.each<[string, Tampering, (scenario: Scenario) => Scenario, string, number]>([
  ['directories are not flushed', directoriesNotFlushed, asPlanned, 'lost', 30],
  ['files are not flushed', filesNotFlushed, asPlanned, 'half-written', 30],
  ['a message is claimed by copying it', claimByCopy, asPlanned, 'in two places', 20],
  ['nothing fences a late holder off', noFencing, contested, 'finished twice', 200],
  ['the ledger is looked at before the leases', ledgerBeforeLeases, contested, 'handled again', 200],
  ['a mutex ignores generations', noGenerations, asPlanned, 'generation used twice', 30],
])('is noticed: %s', async (_name, tampering, adjust, rule, seeds) => {
  const found: string[] = [];
  for (let seed = 1; seed <= seeds && !found.includes(rule); seed += 1) {
    const { violations } = await simulate(seed, { tampering, adjust });
    found.push(...violations.map((violation) => violation.rule));
  }
  expect(found).toContain(rule);
});

test('the same circumstances without a fault break nothing', async () => {
  const found = [];
  for (let seed = 1; seed <= 40; seed += 1)
    found.push(...(await simulate(seed, { adjust: contested })).violations);
  expect(found).toEqual([]);
});
