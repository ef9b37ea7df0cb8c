import { mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { reject } from '../src/index.ts';
import { all, dead, entries, event, idle, names, run, site, task } from './support-behaviour.ts';

const DAY_MS = 86_400_000;
const nothing = { processed: 0, dead: 0, journals: 0, temporary: 0, owners: 0, directories: 0, bytes: 0 };

/** Makes a file or directory older than it is. */
async function age(path: string, by_ms: number): Promise<void> {
  const { mtimeMs } = await stat(path);
  await utimes(path, new Date(mtimeMs - by_ms), new Date(mtimeMs - by_ms));
}

/** A task that was made long ago, in a workflow of its own. */
function oldTask(task_id: string): ReturnType<typeof task> {
  return task({ task_id, created_at: '2001-01-01T00:00:00.000Z', workflow_id: task_id });
}

function reasonName(nonce: string): string {
  return `20260101T000000_000Z_some-id_task_assignment~p1.d1~${nonce}.reason.json`;
}

test('ledger entries go by when they were processed, not by when their messages were made', async () => {
  await using place = await site();
  const clock = new ManualClock({ now_ms: Date.now() });
  const coder = await place.open('coder', {
    clock,
    lease: '240h',
    retention: { processedMaxAge: '1d', interval: '365d' },
  });
  await coder.registerAgent('coder');
  await coder.send(oldTask('yesterday'));
  await run(clock, coder.work({ task_assignment: () => {} }, { limit: 1 }).done);
  clock.freeze(DAY_MS - 1_000);
  await coder.send(oldTask('today'));
  await run(clock, coder.work({ task_assignment: () => {} }, { limit: 1 }).done);
  expect(await run(clock, coder.operations.retain())).toMatchObject({ ...nothing });
  clock.freeze(2_000);
  const dry = await run(clock, coder.operations.retain({ dryRun: true }));
  expect(dry).toMatchObject({ processed: 1 });
  expect(await entries(coder, 'processed')).toHaveLength(2);
  const report = await run(clock, coder.operations.retain());
  expect(report).toMatchObject({ processed: 1, directories: 2, bytes: dry!.bytes });
  expect(await names(place.at('processed', 'inbox', 'coder'))).toEqual(['today']);
});

test('directories of the ledger that a run left empty when it was killed go later, and new ones stay', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  const ledger = place.at('processed', 'inbox', 'coder');
  for (const left of ['emptied', 'half/emptied', 'new/one'])
    await mkdir(join(ledger, left), { recursive: true });
  for (const old of ['emptied', 'half/emptied', 'half']) await age(join(ledger, old), 3_700_000);
  expect(await coder.operations.retain()).toMatchObject({ ...nothing, directories: 3 });
  expect(await names(ledger)).toEqual(['new']);
  expect(await names(join(ledger, 'new'))).toEqual(['one']);
});

test('of the ledger entries of a box only the youngest stay when there are too many; every box counts by itself', async () => {
  await using place = await site();
  const clock = new ManualClock({ now_ms: Date.now() });
  const coder = await place.open('coder', {
    clock,
    lease: '240h',
    retention: { processedMaxCount: 2, processedMaxAge: null, interval: '365d' },
  });
  await coder.registerAgent('coder');
  for (const task_id of ['5', '1', '4', '2', '3']) {
    await coder.send(task({ task_id }));
    await run(clock, coder.work({ task_assignment: () => {} }, { limit: 1 }).done);
    clock.freeze(1_000);
  }
  expect(await run(clock, coder.operations.retain({ dryRun: true }))).toMatchObject({ processed: 3 });
  expect(await run(clock, coder.operations.retain())).toMatchObject({ processed: 3 });
  expect(await names(place.at('processed', 'inbox', 'coder', 'w'))).toEqual(['2', '3']);
  const collector = coder.collect({ task_complete: () => {} }, { untilEmpty: true });
  await run(clock, collector.done);
  expect(await run(clock, coder.operations.retain())).toMatchObject({ processed: 3 });
  expect(await entries(coder, 'processed')).toHaveLength(4);
});

test('the memory of a message is kept as long as the message is anywhere, and goes when it is old and done', async () => {
  await using place = await site();
  const clock = new ManualClock({ now_ms: Date.now() });
  const coder = await place.open('coder', {
    clock,
    lease: '24000h',
    random: () => 1,
    retention: { processedMaxAge: '1d', interval: '365d' },
  });
  await coder.registerAgent('coder');
  const policy = { max_retries: 1, backoff_seconds: 3_600 };
  for (const task_id of ['done', 'dead', 'waiting', 'held'])
    await coder.send(task({ task_id, retry_policy: policy }));
  const worker = coder.work(
    {
      task_assignment: async ({ task_id }, context) => {
        await context.once('step', () => 1);
        if (task_id === 'done') return;
        if (task_id === 'dead') return reject('no');
        throw new Error('later');
      },
    },
    { limit: 3 },
  );
  await run(clock, worker.done);
  const { value: held } = await run(clock, coder.receive({ lease: '2000h' }).next());
  await run(clock, coder.store.journal(held!.box, held!.message.message_id).recordResult('step', 1));
  expect(held!.message.task_id).toBe('held');
  clock.freeze(2 * DAY_MS);
  expect(await names(place.at('journal', 'inbox', 'coder'))).toHaveLength(4);
  const dry = await run(clock, coder.operations.retain({ dryRun: true }));
  expect(dry).toMatchObject({ journals: 1 });
  expect(await run(clock, coder.operations.retain())).toMatchObject({ journals: 1 });
  const kept = await names(place.at('journal', 'inbox', 'coder'));
  expect(kept).toHaveLength(3);
  expect(kept).toContain(held!.message.message_id);
});

test('temporary files of writers that died go after an hour; younger ones, and what is no temporary file, stay', async () => {
  await using place = await site();
  const coder = await place.open('coder', { retention: { interval: '365d' } });
  await writeFile(place.at('tmp', 'old.tmp'), 'half a mess');
  await writeFile(place.at('tmp', 'young.tmp'), 'half');
  await writeFile(place.at('tmp', 'notes.txt'), 'mine');
  await mkdir(place.at('tmp', 'mutex.tmp'));
  await writeFile(place.at('tmp', 'more.json'), 'mine');
  for (const name of ['old.tmp', 'notes.txt', 'more.json', 'mutex.tmp'])
    await age(place.at('tmp', name), 3_700_000);
  expect((await coder.operations.inspect()).temporary).toBe(5);
  const dry = await coder.operations.retain({ dryRun: true });
  expect(await names(place.at('tmp'))).toHaveLength(5);
  const report = await coder.operations.retain();
  expect(report).toMatchObject({ temporary: 2 });
  expect(dry).toMatchObject({ temporary: 2 });
  expect(await names(place.at('tmp'))).toEqual(['more.json', 'notes.txt', 'young.tmp']);
});

test('records of owners that are gone are ended; those of the living, and what they hold, stay', async ({
  skip,
}) => {
  const provesDeath = process.platform === 'linux' || process.platform === 'win32';
  skip(!provesDeath, 'only Linux and Windows prove that a process is dead');
  await using place = await site();
  const coder = await place.open('coder', { retention: { interval: '365d' } });
  await coder.registerAgent('coder');
  await coder.send(task());
  const holder = await place.open('coder');
  await holder.receive().next();
  const record = (await names(place.at('locks', 'owners'))).find((name) => name.endsWith('.json'));
  const alive = JSON.parse(await readFile(place.at('locks', 'owners', record!), 'utf8')) as Record<
    string,
    unknown
  >;
  // A process of this host that started at another time than the one that has this number now.
  const gone = JSON.stringify({
    ...alive,
    owner: '0000dead',
    process_started: `1${String(alive['process_started'])}`,
  });
  await writeFile(place.at('locks', 'owners', '0000dead.json'), gone);
  // On Windows, one whose file nobody holds open.
  if (process.platform === 'win32') await writeFile(place.at('locks', 'owners', '0000dead.alive'), '');
  expect(await coder.operations.retain({ dryRun: true })).toMatchObject({ owners: 1 });
  expect(await names(place.at('locks', 'owners'))).toContain('0000dead.json');
  expect(await coder.operations.retain()).toMatchObject({ owners: 1 });
  expect(await names(place.at('locks', 'owners'))).not.toContain('0000dead.json');
  expect(await names(place.at('locks', 'owners'))).toContain(record);
  expect(await entries(coder, 'leased')).toHaveLength(1);
});

test('dead letters are kept for ever, unless somebody asks otherwise; then they go with their reasons', async () => {
  await using place = await site();
  const keeping = await place.open('coder', { retention: { processedMaxAge: 0, interval: '365d' } });
  await keeping.registerAgent('coder');
  await keeping.sendMany([task({ task_id: 'old' }), task({ task_id: 'young' })]);
  await keeping.work({ task_assignment: () => reject('no') }, { untilEmpty: true }).done;
  const letters = await dead(keeping);
  const old = letters.find(({ reason }) => reason?.message.task_id === 'old')!;
  for (const path of [old.location, old.location.replace(/json$/, 'reason.json')])
    await age(path, 900 * DAY_MS);
  expect(await keeping.operations.retain()).toMatchObject({ dead: 0 });
  expect(await dead(keeping)).toHaveLength(2);

  const clearing = await place.open('coder', { retention: { deadMaxAge: '30d', interval: '365d' } });
  expect(await clearing.operations.retain({ dryRun: true })).toMatchObject({ dead: 1 });
  expect(await clearing.operations.retain()).toMatchObject({ dead: 1 });
  expect((await dead(clearing)).map(({ reason }) => reason?.message.task_id)).toEqual(['young']);
  expect(await names(dirname(old.location))).toHaveLength(2);
});

test('a reason whose message never came goes after a while; a fresh one may be waiting for its message', async () => {
  await using place = await site();
  const coder = await place.open('coder', { retention: { interval: '365d' } });
  const directory = place.at('dlq', 'inbox', 'coder');
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, reasonName('aaaaaa')), '{}');
  await writeFile(join(directory, reasonName('bbbbbb')), '{}');
  await age(join(directory, reasonName('aaaaaa')), 3_700_000);
  await coder.operations.retain();
  expect(await names(directory)).toEqual([reasonName('bbbbbb')]);
});

test('retention runs by itself, says so, and only one process at a time does it', async () => {
  await using place = await site();
  const clock = new ManualClock({ now_ms: Date.now() });
  const coder = await place.open('coder', {
    clock,
    lease: '240h',
    random: () => 0.5,
    retention: { interval: '5m' },
  });
  await clock.advance(299_999);
  await idle();
  const retained = event(coder, 'retained');
  await clock.advance(1);
  expect(await retained).toEqual({ removed: 0, failed: 0 });
  const both = await Promise.all([coder.operations.retain(), coder.operations.retain()]);
  expect(both).toContain(null);
  expect(both).toContainEqual(expect.objectContaining({ processed: 0 }));
  expect(await coder.operations.retain()).not.toBeNull();
});

test('a retention that is called off stops, and leaves no mutex behind', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await expect(coder.operations.retain({ signal: AbortSignal.abort() })).rejects.toMatchObject({
    name: 'AbortError',
  });
  expect(await coder.operations.retain()).toMatchObject(nothing);
  expect(await all(coder.store.entries({ state: 'processed' }))).toEqual([]);
});

test('a run may keep less or more than the queue does, and tells of each class and file', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.sendMany([task({ task_id: '1' }), task({ task_id: '2' })]);
  await coder.work(
    { task_assignment: ({ task_id }) => (task_id === '1' ? reject('no') : undefined) },
    { untilEmpty: true },
  ).done;
  await writeFile(place.at('tmp', 'left.tmp'), 'half a message');
  await age(place.at('tmp', 'left.tmp'), 3_700_000);
  for (const name of await names(place.at('dlq', 'inbox', 'coder')))
    await age(place.at('dlq', 'inbox', 'coder', name), DAY_MS);
  const seen: string[] = [];
  const policy = { processedMaxCount: 0, deadMaxAge: '1h' } as const;
  const dry = await coder.operations.retain({ ...policy, dryRun: true, onFile: (what) => seen.push(what) });
  expect(seen.toSorted()).toEqual(['dead', 'dead', 'processed', 'temporary']);
  const report = await coder.operations.retain(policy);
  expect(report).toEqual({ ...dry, directories: 2 });
  expect(report?.classes).toMatchObject({
    processed: { files: 1 },
    dead: { files: 2 },
    temporary: { files: 1, bytes: 14 },
    journals: { files: 0, bytes: 0 },
  });
  const total = Object.values(report!.classes).reduce((sum, { bytes }) => sum + bytes, 0);
  expect(report?.bytes).toBe(total);
  await expect(coder.operations.retain({ processedMaxCount: -1 })).rejects.toMatchObject({
    code: 'ERR_INVALID_OPTION',
  });
  const misspelt = { maxAge: '1h' } as object;
  await expect(coder.operations.retain(misspelt)).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION' });
});
