import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openQueue } from '../../src/index.ts';
import { startChild } from '../support/children.ts';
import type { FaultOfOthers } from '../support/faults-of-others.ts';
import { failOnLeaks } from '../support/leaks.ts';
import { counts, task } from '../support/messages.ts';
import { place } from '../support/place.ts';
import { collectUntilEmpty } from '../support/work.ts';

/*
 * Elsewhere, attempts were counted when a handler failed. A message that killed its process was never counted, and came
 * again 50 times of 50; the cap was there and never reached.
 *
 * Here the delivery is counted by the claim, in the lease's name, so it stands whatever becomes of the process.
 */

failOnLeaks();

const MOST_RUNS = 50;

/** Starts a worker that dies of its messages, again and again, until one survives; returns what handlers saw. */
async function workersUntilOneSurvives(
  here: { readonly path: string; readonly root: string },
  mostRuns: number,
  fault?: FaultOfOthers,
): Promise<string[]> {
  const effects = join(here.path, 'effects');
  for (let run = 0; run < mostRuns; run += 1) {
    const settings = { job: 'die', root: here.root, effects, ...(fault === undefined ? {} : { fault }) };
    await using worker = await startChild('doomed-program.ts', settings);
    if ((await worker.exited) === 0) break;
  }
  return readFileSync(effects, 'utf8').split('\n').slice(0, -1);
}

/** What a message says of retries, and how often it is delivered then. */
const CAPS = [
  [{}, 5],
  [{ retry_policy: { max_retries: 5 } }, 6],
] as const;

test('a message that kills every process which handles it is given up, by default and with retries of its own', async () => {
  const isGivenUp = async ([fields, cap]: (typeof CAPS)[number]): Promise<void> => {
    await using here = await place();
    await using boss = await openQueue({ root: here.root, agent: 'boss', retention: false });
    await boss.registerAgent('coder');
    await boss.send(task({ message_id: 'deadly', ...fields }));
    const deliveries = await workersUntilOneSurvives(here, MOST_RUNS);
    expect(deliveries).toEqual(Array.from({ length: cap }, (_, index) => `deadly ${index + 1}`));
    const letters = [];
    for await (const { reason } of boss.operations.deadLetters()) letters.push(reason);
    expect(letters).toMatchObject([{ code: 'exhausted', failures: 0 }]);
    expect(letters[0]?.history.map(({ kind }) => kind)).toEqual(deliveries.map(() => 'lost'));
    expect(await counts(boss)).toMatchObject({ dead: 1, leased: 0 });
    expect(await collectUntilEmpty(boss)).toMatchObject([{ status: 'failed', task_id: 't' }]);
  };
  await Promise.all(CAPS.map(isGivenUp));
}, 120_000);

test('the same notices that deaths are not counted', async () => {
  await using here = await place();
  await using boss = await openQueue({ root: here.root, agent: 'boss', retention: false });
  await boss.registerAgent('coder');
  await boss.send(task({ message_id: 'deadly' }));
  // One more than there are where they are counted.
  expect((await workersUntilOneSurvives(here, 6, 'deathsNotCounted')).length).toBe(6);
}, 120_000);
