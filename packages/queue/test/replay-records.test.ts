import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { type OperationRecord, type ReplayOptions } from '../src/index.ts';
import { act, deadTasks, recordsOf, rejectAll } from './support/dead-tasks.ts';
import { all, dead, entries, faulty, messages, names, run, site, sorted, task } from './support-behaviour.ts';

test('a replay leaves a record of who, what, when and how it ended, and of each message', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await deadTasks(coder, 3);
  let begun: OperationRecord | undefined;
  const options: ReplayOptions = {
    by: 'ann@here',
    filter: { agentId: 'coder', limit: 2 },
    onBegin: (record) => void (begun = record),
  };
  expect((await act(coder, options)).map(({ outcome }) => outcome)).toEqual(['replayed', 'replayed']);
  const [record, ...others] = await recordsOf(coder);
  expect(others).toEqual([]);
  expect(begun).toMatchObject({ id: record!.id, total: 2, endedAt: null, tally: {} });
  expect(record).toMatchObject({
    kind: 'replay',
    by: 'ann@here',
    asked: { from: 'dead', filter: { agentId: 'coder', limit: 2 }, reset_counters: true, force: false },
    total: 2,
    tally: { replayed: 2 },
    endedAt: expect.stringMatching(/Z$/),
  });
  const logged = await all(coder.operations.logged(record!.id));
  expect(logged.map(({ messageId }) => messageId?.slice(0, 2))).toEqual(['m-', 'm-']);
  await expect(all(coder.operations.logged('20260101T000000_000Z-zzzzzz'))).rejects.toMatchObject({
    code: 'ERR_NOT_FOUND',
  });
  expect(await act(coder, { filter: { id: 'nobody' } })).toEqual([]);
  expect(await recordsOf(coder)).toHaveLength(1);
});

test('a replay that was interrupted goes on where it was, over the set that was fixed then', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await deadTasks(coder, 230);
  const stop = new AbortController();
  const before: string[] = [];
  await expect(
    (async () => {
      for await (const { messageId } of coder.operations.replay({ dryRun: false, signal: stop.signal })) {
        before.push(messageId ?? '');
        if (before.length === 2) stop.abort();
      }
    })(),
  ).rejects.toMatchObject({ name: 'AbortError' });
  expect(before).toHaveLength(100); // What is done together is told, also when nothing more is begun.
  const [record] = await recordsOf(coder);
  expect(record).toMatchObject({ endedAt: null, tally: { replayed: 100 }, next: { part: 0, index: 100 } });
  await coder.send(task({ message_id: 'later', task_id: 'later' }));
  await rejectAll(coder); // Those that were replayed die again, and so does a new one: none of them is in the set.
  const preview = await all(coder.operations.resumeReplay(null, { dryRun: true }));
  expect([preview.length, new Set(preview.map(({ outcome }) => outcome))]).toEqual([
    130,
    new Set(['replay']),
  ]);
  expect(await recordsOf(coder)).toEqual([record]);
  const steps = await all(coder.operations.resumeReplay(null));
  expect(new Set(steps.map(({ outcome }) => outcome))).toEqual(new Set(['replayed']));
  expect(steps.map(({ messageId }) => messageId)).toEqual(preview.map(({ messageId }) => messageId));
  expect(sorted([...before, ...steps.map(({ messageId }) => messageId)])).toEqual(
    Array.from({ length: 230 }, (_, index) => `m-${String(index).padStart(4, '0')}`),
  );
  expect(await recordsOf(coder)).toMatchObject([{ id: record!.id, tally: { replayed: 230 } }]);
  await expect(all(coder.operations.resumeReplay(record!.id))).rejects.toMatchObject({
    code: 'ERR_NOT_FOUND',
  });
  await expect(all(coder.operations.resumeReplay(null))).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
});

test('a forced replay of finished messages that is killed begins no second run when it goes on', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.send(task({ message_id: 'done' }));
  const handled: number[] = [];
  const handle = async (): Promise<void> =>
    coder.work({ task_assignment: (_, { run: number }) => void handled.push(number) }, { untilEmpty: true })
      .done;
  await handle();
  await act(coder, { from: 'processed', force: true });
  const record = join(place.at('operations'), (await names(place.at('operations')))[0]!, 'record.json');
  const written = JSON.parse(await readFile(record, 'utf8')) as object;
  // As if it had been killed after the copy was published, and before that was written down.
  await writeFile(
    record,
    JSON.stringify({ ...written, ended_at: null, next: { part: 0, index: 0 }, tally: {} }),
  );
  await all(coder.operations.resumeReplay(null));
  await handle();
  expect(handled).toEqual([0, 1]);
  await writeFile(
    record,
    JSON.stringify({ ...written, ended_at: null, next: { part: 0, index: 0 }, tally: {} }),
  );
  expect(await all(coder.operations.resumeReplay(null))).toMatchObject([{ outcome: 'skip_processed' }]);
  await handle();
  expect(handled).toEqual([0, 1]);
});

test('a rate holds the messages apart, by the clock', async () => {
  await using place = await site();
  const clock = new ManualClock({ now_ms: Date.now() });
  const coder = await place.open('coder', { clock, lease: '240h' });
  await run(clock, deadTasks(coder, 4));
  const began_ms = clock.monotonic();
  const at: number[] = [];
  await run(
    clock,
    (async () => {
      for await (const _ of coder.operations.replay({ dryRun: false, rate: 0.5 }))
        at.push(clock.monotonic() - began_ms);
    })(),
  );
  expect(at).toEqual([0, 2_000, 4_000, 6_000]);
  await expect(act(coder, { rate: 0 })).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION' });
});

test('to another agent: a task goes as a new message with its cause; done twice, it is handled once', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await deadTasks(coder, 1);
  await coder.registerAgent('tester');
  await expect(act(coder, { to: 'testr' })).rejects.toMatchObject({ code: 'ERR_UNKNOWN_AGENT' });
  const preview = await all(coder.operations.replay({ to: 'tester' }));
  expect(preview).toMatchObject([{ outcome: 'replay', to: { kind: 'inbox', agentId: 'tester' } }]);
  const [letter] = await dead(coder);
  const bytes = await readFile(letter!.location);
  const reasonPath = letter!.location.replace(/\.json$/, '.reason.json');
  const reason = await readFile(reasonPath);
  expect(await act(coder, { to: 'tester' })).toMatchObject([{ outcome: 'replayed', messageId: 'm-0000' }]);
  expect(await dead(coder)).toEqual([]);
  const journal = place.at('journal', 'inbox', 'coder', 'm-0000');
  const kept = (await names(journal)).find((name) => name.startsWith('superseded~'));
  expect(await readFile(join(journal, kept!))).toEqual(bytes);
  // As if it had been killed between the two: the dead letter is still there, and the new one was published.
  await writeFile(letter!.location, bytes);
  await writeFile(reasonPath, reason);
  await act(coder, { to: 'tester' });
  const tester = await place.open('tester');
  const seen: unknown[] = [];
  await tester.work({ task_assignment: (message) => void seen.push(message) }, { untilEmpty: true }).done;
  expect(seen).toMatchObject([
    { assigned_to: 'tester', task_id: 't0', metadata: { causation_id: 'm-0000' } },
  ]);
});

test('to another agent: what does not name its reader goes as it is, a task to whom it belongs too', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.registerAgent('tester');
  await writeFile(
    place.at('inbox', 'coder', 'lost.json'),
    JSON.stringify(task({ assigned_to: 'tester', message_id: 'lost' })),
  );
  await rejectAll(coder);
  expect(await act(coder, { to: 'tester' })).toMatchObject([{ outcome: 'replayed', messageId: 'lost' }]);
  expect(await messages(coder, 'ready', 'inbox')).toMatchObject([{ message_id: 'lost' }]);
});

test('edited: asked again while it is invalid, then replayed under a new id with its cause', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await writeFile(
    place.at('inbox', 'coder', 'a.json'),
    JSON.stringify({ ...task({ message_id: 'broken' }), priority: 'urgent' }),
  );
  await rejectAll(coder);
  const faults: (string | null)[] = [];
  const steps = await act(coder, {
    edit: ({ text, fault }) => {
      faults.push(fault);
      if (fault === null) return Promise.resolve(text.replace('urgent', 'burning'));
      const assigned = fault.includes('/priority') ? 'nobody' : 'coder';
      return Promise.resolve(JSON.stringify(task({ assigned_to: assigned, priority: 'high' })));
    },
  });
  expect(faults).toEqual([null, expect.stringContaining('/priority'), 'No agent "nobody" is registered.']);
  expect(steps).toMatchObject([{ outcome: 'replayed', reason: { code: 'invalid_schema' } }]);
  expect(await dead(coder)).toEqual([]);
  const [edited] = await messages(coder, 'ready', 'inbox');
  expect(edited).toMatchObject({ priority: 'high', metadata: { causation_id: 'broken' } });
  expect(edited!['message_id']).not.toBe('broken');
});

test('what the editor leaves as it is stays a dead letter', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await deadTasks(coder, 1);
  expect(await act(coder, { edit: () => Promise.resolve(null) })).toMatchObject([{ outcome: 'unedited' }]);
  expect(await dead(coder)).toHaveLength(1);
  expect(await recordsOf(coder)).toEqual([]);
});

test('counters that go on counting are told to fail where the next delivery would be one too many', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.send(task({ retry_policy: { max_retries: 4, backoff_seconds: 0 } }));
  await coder.work({ task_assignment: () => Promise.reject(new Error('x')) }, { untilEmpty: true }).done;
  const [kept] = await all(coder.operations.replay({ resetCounters: false }));
  expect(kept).toMatchObject({ outcome: 'will_fail', detail: expect.stringContaining('failed') });
  expect(await all(coder.operations.replay())).toMatchObject([{ outcome: 'replay' }]);
});

test('finished messages died of nothing, so a reason code chooses none of them', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await expect(
    act(coder, { from: 'processed', filter: { code: 'expired' }, force: true }),
  ).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION' });
});

test('a damaged or hostile record or set leads nowhere', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await deadTasks(coder, 2);
  await act(coder, { filter: { limit: 1 } });
  const directory = join(place.at('operations'), (await names(place.at('operations')))[0]!);
  const record = join(directory, 'record.json');
  const written = JSON.parse(await readFile(record, 'utf8')) as object;
  const outside = place.at('layout.json');
  const entry = { state: 'dead', box: { kind: 'inbox', agentId: 'coder' }, entryId: 'dlq/../layout.json' };
  await writeFile(join(directory, 'set~0.ndjson'), `${JSON.stringify({ entry })}\n`);
  await writeFile(record, JSON.stringify({ ...written, ended_at: null, next: { part: 0, index: 0 } }));
  await expect(all(coder.operations.resumeReplay(null))).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  expect(await readFile(outside, 'utf8')).toContain('"layout": 1');
  await writeFile(join(directory, 'set~0.ndjson'), '{');
  await writeFile(record, JSON.stringify({ ...written, ended_at: null, next: { part: 0, index: 0 } }));
  await expect(all(coder.operations.resumeReplay(null))).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  for (const text of ['', 'null', '[]', '{"kind":"replay"}', '{"kind":"x"}']) {
    await writeFile(record, text);
    expect(await recordsOf(coder)).toEqual([]);
  }
  expect(await dead(coder)).toHaveLength(1);
});

test('records are kept as long as the ledger, and a set that nothing was begun with for an hour', async () => {
  await using place = await site();
  const clock = new ManualClock({ now_ms: Date.now() });
  const coder = await place.open('coder', {
    clock,
    lease: '2400h',
    retention: { processedMaxAge: '1d', interval: '365d' },
  });
  await run(clock, deadTasks(coder, 2));
  await run(clock, act(coder, { filter: { limit: 1 } }));
  await run(clock, act(coder));
  const [first, second] = await names(place.at('operations'));
  await rm(place.at('operations', second!, 'record.json'));
  expect(await run(clock, coder.operations.retain())).toMatchObject({ records: 0 });
  clock.freeze(3_700_000);
  const dry = await run(clock, coder.operations.retain({ dryRun: true }));
  expect(dry).toMatchObject({ records: 1, classes: { records: { files: 1 } } });
  expect(await run(clock, coder.operations.retain())).toMatchObject({ records: 1 });
  expect(await names(place.at('operations'))).toEqual([first]);
  clock.freeze(86_400_000);
  expect(await run(clock, coder.operations.retain())).toMatchObject({
    records: 1,
    classes: { records: { files: 2 } },
  });
  expect(await readdir(place.at('operations'))).toEqual([]);
});

test('a replay whose set cannot be written down moves nothing', async () => {
  await using place = await site();
  const fileSystem = faulty();
  const coder = await place.open('coder', { fileSystem });
  await deadTasks(coder, 2);
  fileSystem.onCall = ({ verb, path }) => {
    if (verb === 'rename' && path.includes('tmp'))
      throw Object.assign(new Error('ENOSPC: made to fail'), { code: 'ENOSPC', syscall: 'rename' });
  };
  await expect(act(coder)).rejects.toThrow('ENOSPC');
  fileSystem.onCall = undefined;
  expect(await dead(coder)).toHaveLength(2);
  expect(await entries(coder, 'ready')).toHaveLength(2); // The answers of what was given up.
});

test('a replay whose record can no longer be written has told of all that it moved', async () => {
  await using place = await site();
  const fileSystem = faulty();
  const coder = await place.open('coder', { fileSystem });
  await deadTasks(coder, 150);
  const told: string[] = [];
  const onBegin = (): void =>
    void fileSystem.fail({ verb: 'rename', path: /record\.json$/, code: 'ENOSPC', times: Infinity });
  const replay = async (): Promise<void> => {
    for await (const { outcome } of coder.operations.replay({ dryRun: false, onBegin })) told.push(outcome);
  };
  await expect(replay()).rejects.toMatchObject({ code: 'ERR_DISK_FULL' });
  expect([told.length, new Set(told)]).toEqual([100, new Set(['replayed'])]);
  expect(await dead(coder)).toHaveLength(50);
});
