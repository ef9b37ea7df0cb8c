import type { Case } from './case.ts';
import { adoptingCases } from './cases/adopting.ts';
import { answeringCases } from './cases/answering.ts';
import { claimingCases } from './cases/claiming.ts';
import { competingCases } from './cases/competing.ts';
import { countingCases } from './cases/counting.ts';
import { duplicatesCases } from './cases/duplicates.ts';
import { endingCases } from './cases/ending.ts';
import { fencingCases } from './cases/fencing.ts';
import { numbersCases } from './cases/numbers.ts';
import { obstaclesCases } from './cases/obstacles.ts';
import { publishingCases } from './cases/publishing.ts';
import { quarantineCases } from './cases/quarantine.ts';
import { readingCases } from './cases/reading.ts';
import { refusingCases } from './cases/refusing.ts';
import { registeringCases } from './cases/registering.ts';
import { settlingCases } from './cases/settling.ts';
import { takeoverCases } from './cases/takeover.ts';
import { textCases } from './cases/text.ts';
import { timesCases } from './cases/times.ts';

/** Every case, in the order of the protocol. */
export const cases: readonly Case[] = [
  ...registeringCases,
  ...publishingCases,
  ...textCases,
  ...refusingCases,
  ...claimingCases,
  ...adoptingCases,
  ...readingCases,
  ...quarantineCases,
  ...numbersCases,
  ...timesCases,
  ...answeringCases,
  ...duplicatesCases,
  ...settlingCases,
  ...countingCases,
  ...endingCases,
  ...fencingCases,
  ...takeoverCases,
  ...obstaclesCases,
  ...competingCases,
];
