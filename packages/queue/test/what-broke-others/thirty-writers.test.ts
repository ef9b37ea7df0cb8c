import { once } from 'node:events';
import { join } from 'node:path';
import { nodeFileSystem } from '@tapps-agents/fs-atomic';
import { expect, test } from 'vitest';
import { openQueue, type SendResult } from '../../src/index.ts';
import { startChild, type Child } from '../support/children.ts';
import { FAULTS_OF_OTHERS, type FaultOfOthers } from '../support/faults-of-others.ts';
import { failOnLeaks } from '../support/leaks.ts';
import { task } from '../support/messages.ts';
import { listed, place } from '../support/place.ts';

/*
 * Elsewhere, every writer took one lock on the way in. Of 30 that wrote at the same time some never got it within their
 * patience, and their messages were refused; and when the one that had it was stopped, none did.
 *
 * Here writers share nothing: each writes a file of its own and renames it to a name of its own. Nobody waits for anybody.
 * (For who does use the mutex, 30 contenders: fs-atomic's thirty-contenders.test.ts.)
 */

failOnLeaks();

const WRITERS = 30;
const PROCESSES = 6;
const EACH = 10;

test('thirty writers in six processes: every message of each arrives', async () => {
  await using here = await place();
  await using boss = await openQueue({ root: here.root, agent: 'boss', retention: false });
  await boss.registerAgent('coder');
  const started: Child[] = [];
  try {
    for (let index = 0; index < PROCESSES; index += 1) {
      const settings = { job: 'flood', root: here.root, writers: WRITERS / PROCESSES, messages: EACH, index };
      started.push(await startChild('doomed-program.ts', settings));
    }
    for (const child of started) expect(await child.next()).toBe('ready');
    for (const child of started) child.tell('go');
    for (const child of started) expect(await child.next()).toBe((WRITERS / PROCESSES) * EACH);
    await Promise.all(started.map((child) => child.end()));
  } finally {
    for (const child of started) await child[Symbol.asyncDispose]();
  }
  const arrived = listed(join(here.root, 'inbox/coder')).map((name) => name.split('_')[2]);
  expect(new Set(arrived).size).toBe(WRITERS * EACH);
  expect(arrived).toHaveLength(WRITERS * EACH);
  expect(listed(join(here.root, 'tmp'))).toEqual([]);
}, 120_000);

test('a writer that is stopped in the middle of a write, and whoever holds the mutex for upkeep, hold up nobody', async ({
  skip,
}) => {
  skip(process.platform === 'win32', 'Windows has no SIGSTOP');
  await using here = await place();
  const outcomes = await sendBesideAStoppedWriter(here.root);
  expect(outcomes.map((outcome) => outcome.status === 'fulfilled' && outcome.value.status)).toEqual(
    Array.from({ length: WRITERS }, () => 'queued'),
  );
  expect(listed(join(here.root, 'inbox/coder')).filter((name) => name.includes('_m'))).toHaveLength(WRITERS);
  await using coder = await openQueue({ root: here.root, agent: 'coder', retention: false });
  const done = once(coder.events, 'acked');
  await using worker = coder.work({ task_assignment: () => {} });
  await done;
  await worker.stop();
}, 60_000);

test('the same notices one lock on the way in', async ({ skip }) => {
  skip(process.platform === 'win32', 'Windows has no SIGSTOP');
  await using here = await place();
  const outcomes = await sendBesideAStoppedWriter(here.root, 'lockOnTheWayIn');
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toEqual([]);
  expect(listed(join(here.root, 'inbox/coder')).filter((name) => name.includes('_m'))).toEqual([]);
}, 60_000);

/** What becomes of thirty sends while another process stands still right before it renames its message into place. */
async function sendBesideAStoppedWriter(
  root: string,
  fault?: FaultOfOthers,
): Promise<readonly PromiseSettledResult<SendResult>[]> {
  await using clean = await openQueue({ root, agent: 'boss', retention: false });
  await clean.registerAgent('coder');
  await using stopped = await startChild('doomed-program.ts', {
    job: 'pause',
    root,
    ...(fault && { fault }),
  });
  expect(await stopped.next()).toBe('upkeep begins');
  stopped.tell('send');
  expect(await stopped.next()).toBe('written');
  const fileSystem = fault === undefined ? nodeFileSystem() : FAULTS_OF_OTHERS[fault](nodeFileSystem());
  await using boss = await openQueue({ root, agent: 'boss', retention: false, fileSystem });
  return await Promise.allSettled(
    Array.from({ length: WRITERS }, (_, index) => boss.send(task({ message_id: `m${index}` }))),
  );
}
