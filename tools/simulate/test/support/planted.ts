import {
  answersWithoutCause,
  claimByCopy,
  deliveriesForgotten,
  ledgerBeforeLeases,
  linksTakenForFiles,
  noFencing,
  noTakeover,
  requeueByRewriting,
} from '../../src/planted/claims.ts';
import {
  acknowledgedBeforeOutputs,
  leaseHandedOutTwice,
  timeCutShort,
  noAdmission,
  stepsForgotten,
} from '../../src/planted/stores.ts';
import { heartbeatsUnseen, sessionsNotEnded } from '../../src/planted/takeovers.ts';
import {
  errsForEver,
  noGenerations,
  nothingSwept,
  removalWithoutAnswer,
  tokenByCopy,
  watchesForEver,
} from '../../src/planted/upkeep.ts';
import {
  deathNotFlushed,
  directoriesNotFlushed,
  filesNotFlushed,
  handlersMessageInvented,
  messageInvented,
  reasonAfterMessage,
  resultsNotFlushed,
  writtenInPlace,
} from '../../src/planted/writes.ts';
import type { Scenario } from '../../src/scenario.ts';
import { asking, busy, contested, crowded, killing, losing, passing, scripted } from '../../src/shapes.ts';
import type { SimulationOptions } from '../../src/simulate.ts';

/** A mistake, and the check that it must make fail. */
export interface Plant extends SimulationOptions {
  readonly name: string;
  readonly rule: string;
  /** Where to begin to look: the first seed that shows it, when this was written. */
  readonly seed: number;
}

/** Almost everything happens when all is well again. */
function early(scenario: Scenario): Scenario {
  return {
    ...scenario,
    harm: [],
    spells: [],
    harmfulSteps: 1,
    receivers: 1,
    workers: 0,
    cleansUp: true,
    forgets: false,
    retentionInterval: '5m',
  };
}

/** Every mistake that is planted. */
export const plants: readonly Plant[] = [
  { name: 'directories are not flushed', tampering: directoriesNotFlushed, rule: 'lost', seed: 172 },
  {
    name: 'a message goes back by being written anew',
    tampering: requeueByRewriting,
    adjust: killing,
    rule: 'lost',
    seed: 200,
  },
  { name: 'files are not flushed', tampering: filesNotFlushed, rule: 'half-written', seed: 172 },
  { name: 'a message is written in place', tampering: writtenInPlace, rule: 'half-written', seed: 27 },
  { name: 'a message is claimed by copying it', tampering: claimByCopy, rule: 'in two places', seed: 26 },
  {
    name: 'the ledger is looked at before the leases',
    tampering: ledgerBeforeLeases,
    adjust: contested,
    rule: 'handled again',
    seed: 74,
  },
  {
    name: 'nothing fences a late holder off',
    tampering: noFencing,
    adjust: contested,
    rule: 'finished twice',
    seed: 838,
  },
  {
    name: 'nobody looks for other leases',
    storeTampering: noAdmission,
    adjust: contested,
    rule: 'two at once',
    seed: 4,
  },
  {
    name: 'a lease is handed out twice',
    storeTampering: leaseHandedOutTwice,
    rule: 'lease honoured twice',
    seed: 2,
  },
  {
    name: 'deliveries are forgotten',
    tampering: deliveriesForgotten,
    rule: 'delivery number used twice',
    seed: 56,
  },
  { name: 'a mutex ignores generations', tampering: noGenerations, rule: 'generation used twice', seed: 3 },
  { name: 'a token is copied', tampering: tokenByCopy, adjust: killing, rule: 'tokens of a mutex', seed: 69 },
  {
    name: 'a delivery that outlives its process is cut short',
    storeTampering: timeCutShort,
    adjust: scripted,
    rule: 'taken back too early',
    seed: 16,
  },
  {
    name: 'who comes late with a name is not fenced off',
    tampering: noFencing,
    adjust: scripted,
    rule: 'finished twice',
    seed: 990,
  },
  {
    name: 'heartbeats are not seen',
    tampering: heartbeatsUnseen,
    adjust: contested,
    rule: 'taken over too early',
    seed: 49,
  },
  {
    name: 'the sessions of the dead are not ended',
    tampering: sessionsNotEnded,
    adjust: killing,
    rule: 'not ended first',
    seed: 200,
  },
  {
    name: 'a death is not flushed',
    tampering: deathNotFlushed,
    adjust: losing,
    rule: 'dead letter lost',
    seed: 191,
  },
  {
    name: 'results of steps are not flushed',
    tampering: resultsNotFlushed,
    adjust: losing,
    rule: 'result forgotten',
    seed: 124,
  },
  {
    name: 'nobody takes over from the dead',
    tampering: noTakeover,
    rule: 'does not come to rest',
    seed: 106,
  },
  { name: 'a session never ends', tampering: removalWithoutAnswer, rule: 'does not end', seed: 1 },
  {
    name: 'a reason comes after its message',
    tampering: reasonAfterMessage,
    adjust: killing,
    rule: 'dead without a reason',
    seed: 25,
  },
  {
    name: 'a task is finished before it is answered',
    storeTampering: acknowledgedBeforeOutputs('outbox'),
    adjust: killing,
    rule: 'not answered',
    seed: 46,
  },
  {
    name: 'a task is finished before it is passed on',
    storeTampering: acknowledgedBeforeOutputs('inbox'),
    adjust: passing,
    rule: 'not passed on',
    seed: 85,
  },
  {
    name: 'an answer does not say what it answers',
    tampering: answersWithoutCause,
    adjust: asking,
    rule: 'another answer',
    seed: 1,
  },
  {
    name: 'steps are forgotten',
    storeTampering: stepsForgotten,
    adjust: crowded,
    rule: 'step done again',
    seed: 139,
  },
  { name: 'a message is invented', tampering: messageInvented, rule: 'unexpected', seed: 1 },
  {
    name: 'a message is invented, with an id as handlers have them',
    tampering: handlersMessageInvented,
    rule: 'unexpected',
    seed: 1,
  },
  {
    name: 'links are taken for files',
    tampering: linksTakenForFiles,
    adjust: busy,
    rule: 'a stranger is gone',
    seed: 1,
  },
  { name: 'nothing is swept', tampering: nothingSwept, adjust: killing, rule: 'left over', seed: 10 },
  { name: 'a watch never stops', tampering: watchesForEver, rule: 'something goes on', seed: 2 },
  {
    name: 'the layout cannot be read',
    tampering: errsForEver('read', /layout\.json$/),
    adjust: early,
    rule: 'the directory cannot be opened',
    seed: 10,
  },
  {
    name: 'nothing can be sent',
    tampering: errsForEver('rename', /messages\/inbox\//),
    adjust: early,
    rule: 'sending fails',
    seed: 1,
  },
  {
    name: 'leases cannot be listed',
    tampering: errsForEver('list', /\/locks\/inbox\//),
    adjust: early,
    rule: 'receiving fails',
    seed: 1,
  },
  {
    name: 'records cannot be removed',
    tampering: errsForEver('remove', /\/locks\/owners\//),
    adjust: early,
    rule: 'closing fails',
    seed: 1,
  },
  {
    name: 'leftovers cannot be listed',
    tampering: errsForEver('list', /\/tmp$/),
    adjust: early,
    rule: 'a program failed',
    seed: 3,
  },
];
