import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openQueue } from '../../src/index.ts';
import { startChild, type Child } from '../support/children.ts';
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
  await using boss = await openQueue({ root: here.root, agent: 'boss', retention: false });
  await boss.registerAgent('coder');
  // Stops itself right before it renames its message into place.
  await using stopped = await startChild('doomed-program.ts', { job: 'pause', root: here.root });
  expect(await stopped.next()).toBe('upkeep begins');
  stopped.tell('send');
  expect(await stopped.next()).toBe('written');
  const writers = Array.from({ length: WRITERS }, (_, index) => boss.send(task({ message_id: `m${index}` })));
  const receipts = await Promise.all(writers);
  expect(receipts.map(({ status }) => status)).toEqual(writers.map(() => 'queued'));
  expect(listed(join(here.root, 'inbox/coder')).filter((name) => name.includes('_m'))).toHaveLength(WRITERS);
  await using coder = await openQueue({ root: here.root, agent: 'coder', retention: false });
  const done = once(coder.events, 'acked');
  await using worker = coder.work({ task_assignment: () => {} });
  await done;
  await worker.stop();
}, 60_000);
