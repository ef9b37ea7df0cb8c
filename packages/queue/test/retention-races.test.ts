import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { normalize } from 'node:path';
import type { FileSystemCall } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import type { Box, Queue } from '../src/index.ts';
import { deferred, faulty, names, site, task, type Site } from './support-behaviour.ts';

/*
 * What happens to others while one process removes what is old: each test stops it at one call, lets others do something,
 * and lets it go on.
 */

const INBOX: Box = { kind: 'inbox', agentId: 'coder' };
const POLICY = {
  processedMaxAge_ms: 86_400_000,
  processedMaxCount: null,
  deadMaxAge_ms: null,
  temporaryMaxAge_ms: 3_600_000,
};
const LEDGER = ['processed', 'inbox', 'coder', 'w', 't'] as const;

/** A queue whose retention stops before the first call that is `chosen`; resolves once it stands there. */
async function stopAt(
  place: Site,
  chosen: (call: FileSystemCall) => boolean,
): Promise<{ slow: Queue; report: Promise<unknown>; goOn: () => void }> {
  const fileSystem = faulty();
  const slow = await place.open('slow', { fileSystem });
  const [reached, left] = [deferred(), deferred()];
  fileSystem.onCall = async (call) => {
    if (!chosen(call)) return;
    fileSystem.onCall = undefined;
    reached.resolve();
    await left.promise;
  };
  const report = slow.store.retain(POLICY, { dryRun: false });
  await Promise.race([reached.promise, report]);
  return { slow, report, goOn: left.resolve };
}

/** Ends the sessions of all who run, as others do that saw no sign of life for a lease. */
async function endSessions(place: Site): Promise<void> {
  for (const name of await names(place.at('locks', 'owners')))
    if (name.endsWith('.json')) await rm(place.at('locks', 'owners', name));
}

async function handle(queue: Queue): Promise<void> {
  await queue.work({ task_assignment: () => {} }, { untilEmpty: true }).done;
}

test('a retention that was overtaken removes nothing more, and says so', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  const fill = async (): Promise<void> => {
    await mkdir(place.at(...LEDGER), { recursive: true });
    for (let index = 0; index < 300; index += 1) {
      await writeFile(place.at(...LEDGER, `m-${index}.json`), '{}');
      await utimes(place.at(...LEDGER, `m-${index}.json`), 0, 0);
    }
  };
  await fill();
  const { report, goOn } = await stopAt(
    place,
    ({ verb, path }) => verb === 'remove' && path.endsWith('.json'),
  );
  await endSessions(place);
  // Whoever comes next does it all.
  const next = await coder.store.retain(POLICY, { dryRun: false });
  expect(next?.processed).toBe(300);
  await fill();
  goOn();
  await expect(report).rejects.toMatchObject({ code: 'ERR_MUTEX_LOST' });
  expect((await readdir(place.at(...LEDGER))).length).toBeGreaterThan(150);
});

test('what was processed anew while a retention stood still is kept', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  for (const message_id of ['a', 'b']) await coder.send(task({ message_id }));
  await handle(coder);
  for (const name of ['a.json', 'b.json']) await utimes(place.at(...LEDGER, name), 0, 0);
  // It has listed both, and is about to remove the first.
  let first = '';
  const { report, goOn } = await stopAt(place, ({ verb, path }) => {
    if (verb !== 'remove' || !path.includes('/processed/')) return false;
    first = path;
    return true;
  });
  await endSessions(place);
  const quick = await place.open('quick');
  expect(await quick.store.retain(POLICY, { dryRun: false })).toMatchObject({ processed: 2 });
  const other = first.endsWith('a.json') ? 'b' : 'a';
  await coder.send(task({ message_id: other }));
  await handle(coder);
  goOn();
  await report.catch((error: unknown) => expect(error).toMatchObject({ code: 'ERR_MUTEX_LOST' }));
  expect(await names(place.at(...LEDGER))).toEqual([`${other}.json`]);
});

test('the memory of a message that is put back between two listings is kept', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.send(task({ message_id: 'm' }));
  await coder.store.journal(INBOX, 'm').recordResult('open-pr', 7);
  await utimes(place.at('journal', 'inbox', 'coder', 'm'), 0, 0);
  const claimed = await coder.store.openBox(INBOX).claim();
  if (claimed.kind === 'empty') throw new Error('Nothing was there to claim.');
  const leases = place.at('locks', 'inbox', 'coder');
  const { report, goOn } = await stopAt(
    place,
    ({ verb, path }) => verb === 'list' && normalize(path) === leases,
  );
  await coder.store.release(claimed.claimed, { readyAt_ms: null, counts: 'release' });
  goOn();
  expect(await report).toMatchObject({ journals: 0 });
  expect(await coder.store.journal(INBOX, 'm').result('open-pr')).toEqual({ value: 7 });
});

test('a message that came back and wrote something while the boxes were listed keeps its memory', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.store.journal(INBOX, 'm').recordResult('open-pr', 7);
  await utimes(place.at('journal', 'inbox', 'coder', 'm'), 0, 0);
  const letters = place.at('dlq', 'inbox', 'coder');
  const { report, goOn } = await stopAt(
    place,
    ({ verb, path }) => verb === 'list' && normalize(path) === letters,
  );
  await coder.store.journal(INBOX, 'm').recordResult('merge', 8);
  goOn();
  expect(await report).toMatchObject({ journals: 0 });
  expect((await stat(place.at('journal', 'inbox', 'coder', 'm'))).isDirectory()).toBe(true);
});
