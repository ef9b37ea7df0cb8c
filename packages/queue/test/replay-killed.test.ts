import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Queue } from '../src/index.ts';
import { act, deadTasks, recordsOf } from './support/dead-tasks.ts';
import { all, dead, faulty, names, site, type Site } from './support-behaviour.ts';

/** Makes the newest record as old as if the process had been killed before it wrote down anything that it did. */
async function forget(place: Site): Promise<void> {
  const newest = (await names(place.at('operations'))).at(-1) ?? '';
  const record = join(place.at('operations'), newest, 'record.json');
  const written = JSON.parse(await readFile(record, 'utf8')) as object;
  const killed = { ...written, ended_at: null, next: { part: 0, index: 0 }, tally: {} };
  await writeFile(record, JSON.stringify(killed));
}

async function resumed(queue: Queue): Promise<string[]> {
  return (await all(queue.operations.resumeReplay(null))).map(({ outcome }) => outcome);
}

const handleAll = (queue: Queue): Promise<void> =>
  queue.work({ task_assignment: () => undefined }, { untilEmpty: true }).done;

test('what a killed replay has done is told as replayed, before it is gone on with and after', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await deadTasks(coder, 5);
  await act(coder);
  await forget(place);
  expect(await recordsOf(coder)).toMatchObject([{ endedAt: null, tally: { replayed: 5 } }]);
  await handleAll(coder);
  expect(await recordsOf(coder)).toMatchObject([{ tally: { replayed: 5 } }]);
  expect(await resumed(coder)).toEqual(Array.from({ length: 5 }, () => 'replayed'));
  expect(await recordsOf(coder)).toMatchObject([{ endedAt: expect.any(String), tally: { replayed: 5 } }]);
});

test('what somebody else took away meanwhile is gone, also when it was replayed', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await deadTasks(coder, 3);
  const stop = new AbortController();
  const replaying = all(
    coder.operations.replay({ dryRun: false, signal: stop.signal, onBegin: () => stop.abort() }),
  );
  await expect(replaying).rejects.toMatchObject({ name: 'AbortError' });
  await act(coder, { filter: { id: 'm-0001' } });
  const letter = (await dead(coder)).find(({ entry }) => entry.messageId === 'm-0002');
  await rm(letter!.location);
  expect((await recordsOf(coder)).map(({ tally }) => tally)).toEqual([{ replayed: 1 }, {}]);
  expect((await resumed(coder)).toSorted()).toEqual(['gone', 'gone', 'replayed']);
});

test('a reason that the killed run left lying shows that it moved the message, which was handled since', async () => {
  await using place = await site();
  const fileSystem = faulty();
  const coder = await place.open('coder', { fileSystem });
  await deadTasks(coder, 2);
  fileSystem.onCall = ({ verb, path }) => {
    if (verb === 'rename' && path.endsWith('.reason.json'))
      throw Object.assign(new Error('EIO: killed'), { code: 'EIO', syscall: 'rename' });
  };
  await expect(act(coder)).rejects.toThrow(AggregateError);
  fileSystem.onCall = undefined;
  await forget(place);
  await handleAll(coder);
  // Who moved it, nobody can tell any more: only that it was moved.
  expect((await recordsOf(coder)).map(({ tally }) => tally)).toEqual([{ moved: 2 }]);
  const steps = await all(coder.operations.resumeReplay(null));
  expect(steps.map(({ outcome }) => outcome)).toEqual(['replayed', 'replayed']);
  for (const { detail } of steps) expect(detail).toMatch(/interrupted or by another program/);
  expect(await names(place.at('dlq', 'inbox', 'coder'))).toEqual([]);
  expect((await recordsOf(coder)).map(({ tally }) => tally)).toEqual([{ replayed: 2 }]);
});

test('what was published for another agent in the place of a dead letter is told as replayed', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await deadTasks(coder, 2);
  await coder.registerAgent('tester');
  await act(coder, { to: 'tester' });
  await forget(place);
  expect(await recordsOf(coder)).toMatchObject([{ tally: { replayed: 2 } }]);
  expect(await resumed(coder)).toEqual(['replayed', 'replayed']);
  expect(await names(place.at('inbox', 'tester'))).toHaveLength(2);
});

test('what another program moved, its reason left behind, is not told as replayed by the killed run', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await deadTasks(coder, 4);
  const stop = new AbortController();
  const replaying = all(
    coder.operations.replay({ dryRun: false, signal: stop.signal, onBegin: () => stop.abort() }),
  );
  await expect(replaying).rejects.toMatchObject({ name: 'AbortError' });
  for (const id of ['m-0001', 'm-0002']) {
    const letter = (await dead(coder)).find(({ entry }) => entry.messageId === id);
    await rename(letter!.location, place.at('inbox', 'coder', basename(letter!.location)));
  }
  expect((await recordsOf(coder)).map(({ tally }) => tally)).toEqual([{ moved: 2 }]);
});

test('each box is listed once, however many messages were left half done, long ids too', async () => {
  await using place = await site();
  const fileSystem = faulty();
  const coder = await place.open('coder', { fileSystem });
  await deadTasks(coder, 20, (index) => `release_2026_of_everything_that_${String(index).padStart(4, '0')}`);
  fileSystem.onCall = ({ verb, path }) => {
    if (verb === 'rename' && path.endsWith('.reason.json'))
      throw Object.assign(new Error('EIO: killed'), { code: 'EIO', syscall: 'rename' });
  };
  await expect(act(coder)).rejects.toThrow(AggregateError);
  await forget(place);
  // Each under another name than the killed run gave it.
  for (const name of await names(place.at('inbox', 'coder')))
    await rename(
      place.at('inbox', 'coder', name),
      place.at('inbox', 'coder', name.replace(/~[0-9a-v]{6}\.json$/, '~000000.json')),
    );
  let listings = 0;
  fileSystem.onCall = ({ verb, path }) => {
    if (verb === 'list' && /(?<!dlq.|processed.)inbox.coder$/.test(path)) listings += 1;
  };
  expect((await recordsOf(coder)).map(({ tally }) => tally)).toEqual([{ moved: 20 }]);
  expect(listings).toBe(2);
  listings = 0;
  expect(await resumed(coder)).toEqual(Array.from({ length: 20 }, () => 'replayed'));
  expect(listings).toBe(2);
});
