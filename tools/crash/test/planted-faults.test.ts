import { expect, test } from 'vitest';
import type { Moment } from '../src/killing-file-system.ts';
import { plantedFaults, type FaultName } from '../src/planted-faults.ts';
import { useVictims } from './support/victims.ts';

const { attempt } = useVictims();

interface Plan {
  readonly operation: string;
  /** `verb path` of the calls at which a kill shows it. */
  readonly at: RegExp;
  readonly moment: Moment;
  readonly rule: string;
  readonly patience_ms?: number;
}

/** Each fault shows at a few calls of one operation; only at those the victim is killed here. */
const plans: Readonly<Record<FaultName, Plan>> = {
  requeueByRewriting: {
    operation: 'retry',
    at: /^remove locks\/inbox/,
    moment: 'after',
    rule: 'lost',
  },
  recordedBeforeMoved: {
    operation: 'ack',
    at: /^close processed/,
    moment: 'after',
    rule: 'in two places',
  },
  claimByCopy: { operation: 'claim', at: /^close locks\/inbox/, moment: 'after', rule: 'in two places' },
  reasonLast: {
    operation: 'quarantine',
    at: /^rename locks\/inbox/,
    moment: 'after',
    rule: 'dead without its reason',
  },
  publishInPlace: { operation: 'publish', at: /^write inbox/, moment: 'torn', rule: 'torn' },
  lostDeliveryNotCounted: {
    operation: 'takeover',
    at: /^rename locks\/inbox/,
    moment: 'after',
    rule: 'delivery not counted',
  },
  heartbeatRewrites: {
    operation: 'heartbeat',
    at: /^write locks\/owners/,
    moment: 'torn',
    rule: 'holder without a record',
  },
  tokenMadeAnew: {
    operation: 'mutex-takeover',
    at: /^remove locks\/mutexes/,
    moment: 'after',
    rule: 'mutex lost',
  },
  generationsBeginAnew: {
    operation: 'mutex-first',
    at: /^$/,
    moment: 'after',
    rule: 'generation used twice',
  },
  reasonRemovedFirst: {
    operation: 'retention',
    at: /^remove dlq.*reason/,
    moment: 'after',
    rule: 'dead without its reason',
  },
  replayByRewriting: { operation: 'replay', at: /^remove dlq/, moment: 'after', rule: 'lost' },
  recordWithoutProof: {
    operation: 'claim',
    at: /^rename inbox/,
    moment: 'after',
    rule: 'not recovered at once',
    patience_ms: 1_000,
  },
  unknownTemporaryNames: { operation: 'publish', at: /^create tmp/, moment: 'after', rule: 'stray file' },
};

const names = Object.keys(plantedFaults) as FaultName[];

test.each(names)('is noticed: %s', { timeout: 120_000 }, async (fault) => {
  const { operation, at, moment, rule, patience_ms = 120_000 } = plans[fault];
  const { broken } = await attempt(operation, {
    fault,
    patience_ms,
    moments: [moment],
    only: ({ verb, path }) => at.test(`${verb} ${path}`),
  });
  expect(broken.flatMap(({ violations }) => violations.map((violation) => violation.rule))).toContain(rule);
});
