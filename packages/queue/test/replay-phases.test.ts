import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reject } from '../src/index.ts';
import { act, deadTasks, recordsOf, rejectAll } from './support/dead-tasks.ts';
import { all, dead, faulty, messages, names, site, sorted, task } from './support-behaviour.ts';

test('a replay that is left in the middle of what is done together is written down as far as it was done', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await deadTasks(coder, 120);
  for await (const { outcome } of coder.operations.replay({ dryRun: false })) {
    expect(outcome).toBe('replayed');
    break;
  }
  expect(await dead(coder)).toHaveLength(20);
  expect(await recordsOf(coder)).toMatchObject([{ endedAt: null, tally: { replayed: 100 } }]);
  expect(await all(coder.operations.resumeReplay(null))).toHaveLength(20);
});

test('dead letters that go together share their flushes, and nothing is told before them', async () => {
  await using place = await site();
  const fileSystem = faulty();
  const coder = await place.open('coder', { fileSystem });
  await deadTasks(coder, 60);
  await coder.registerAgent('tester');
  const verbs: string[] = [];
  fileSystem.onCall = ({ verb, path }) => {
    if (verb === 'syncDirectory' || (verb === 'rename' && path.includes('dlq')))
      verbs.push(`${verb} ${path.endsWith('.reason.json') ? 'reason' : ''}`.trim());
  };
  const flushed: number[] = [];
  for await (const _ of coder.operations.replay({ dryRun: false, filter: { limit: 50 } }))
    flushed.push(verbs.filter((verb) => verb === 'syncDirectory').length);
  const renames = Array.from({ length: 50 }, () => 'rename');
  const reasons = renames.map((verb) => `${verb} reason`);
  const syncs = verbs.filter((verb) => verb === 'syncDirectory');
  expect(syncs.length).toBeLessThan(12); // Of the set and its record, of the inbox and of the dead letters.
  expect(new Set(flushed)).toEqual(new Set([syncs.length]));
  expect(verbs.filter((verb) => verb !== 'syncDirectory')).toEqual([...renames, ...reasons]);
  const last = verbs.lastIndexOf('syncDirectory');
  expect([verbs.indexOf('rename') < last, last < verbs.indexOf('rename reason')]).toEqual([true, true]);
  let shared = 0;
  fileSystem.onCall = ({ verb, path }) => {
    if (verb === 'syncDirectory' && /inbox.tester$/.test(path)) shared += 1;
  };
  expect(await act(coder, { to: 'tester' })).toHaveLength(10);
  expect(shared).toBeLessThan(4); // What goes as another message is published together, too.
});

test('a flush that fails is told of those that it was for, which are where they were to go', async () => {
  await using place = await site();
  const fileSystem = faulty();
  const coder = await place.open('coder', { fileSystem });
  await coder.registerAgent('coder');
  await coder.registerAgent('tester');
  await coder.sendMany([
    task({ message_id: 'a' }),
    task({ message_id: 'b', assigned_to: 'tester', task_id: 'u' }),
    task({ message_id: 'c', task_id: 'v' }),
  ]);
  await rejectAll(coder);
  await (await place.open('tester')).work({ task_assignment: () => reject('no') }, { untilEmpty: true }).done;
  fileSystem.fail({ verb: 'syncDirectory', path: /inbox.tester$/, code: 'EIO' });
  const told: (string | null)[] = [];
  await expect(
    (async () => {
      for await (const { messageId } of coder.operations.replay({ dryRun: false })) told.push(messageId);
    })(),
  ).rejects.toMatchObject({ code: 'ERR_SYNC_FAILED', published: [expect.stringContaining('tester')] });
  expect(sorted(told)).toEqual(['a', 'c']);
  expect(await dead(coder)).toEqual([]);
  expect(sorted((await messages(coder, 'ready', 'inbox')).map(({ message_id }) => message_id))).toEqual([
    'a',
    'b',
    'c',
  ]);
  expect(await recordsOf(coder)).toMatchObject([{ tally: { replayed: 2, failed: 1 } }]);
});

test('what was killed before the reasons were kept keeps them when it is gone on with', async () => {
  await using place = await site();
  const fileSystem = faulty();
  const coder = await place.open('coder', { fileSystem });
  await deadTasks(coder, 3);
  let seen = 0;
  fileSystem.onCall = ({ verb, path }) => {
    if (verb !== 'rename' || !path.endsWith('.reason.json')) return;
    seen += 1;
    if (seen > 1) throw Object.assign(new Error('EIO: killed'), { code: 'EIO', syscall: 'rename' });
  };
  await expect(act(coder)).rejects.toThrow(AggregateError);
  fileSystem.onCall = undefined;
  expect(await names(place.at('dlq', 'inbox', 'coder'))).toHaveLength(2);
  const record = join(place.at('operations'), (await names(place.at('operations')))[0]!, 'record.json');
  const written = JSON.parse(await readFile(record, 'utf8')) as object;
  await writeFile(
    record,
    JSON.stringify({ ...written, ended_at: null, next: { part: 0, index: 0 }, tally: {} }),
  );
  expect((await all(coder.operations.resumeReplay(null))).map(({ outcome }) => outcome)).toEqual(
    Array.from({ length: 3 }, () => 'replayed'),
  );
  expect(await names(place.at('dlq', 'inbox', 'coder'))).toEqual([]);
  for (const id of ['m-0000', 'm-0001', 'm-0002'])
    expect(await coder.operations.find(id)).toMatchObject([{ deaths: [{ code: 'rejected' }] }]);
});
