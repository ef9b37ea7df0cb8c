import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { OperationRun, Queue } from '../src/index.ts';
import { deadTasks, recordsOf } from './support/dead-tasks.ts';
import { all, names, site, type Site } from './support-behaviour.ts';

/** Replays as somebody, or goes on with it, and leaves after a hundred. */
async function leave(queue: Queue, how: 'replay' | 'resumeReplay', by: string): Promise<void> {
  const steps =
    how === 'replay'
      ? queue.operations.replay({ dryRun: false, by })
      : queue.operations.resumeReplay(null, { by });
  for await (const step of steps) if (step.outcome === 'replayed') break;
}

/** Who acted on the messages at these places of the set of the only operation. */
async function whoActed(
  queue: Queue,
  places: readonly number[],
): Promise<readonly (readonly OperationRun[])[]> {
  const [record] = await recordsOf(queue);
  const logged = await all(queue.operations.logged(record?.id ?? ''));
  const acted: (readonly OperationRun[])[] = [];
  for (const place of places) {
    const { marks } = await queue.operations.loggedOf(logged[place]?.messageId ?? '');
    acted.push(marks[0]?.runs ?? []);
  }
  return acted;
}

async function recordFile(place: Site): Promise<string> {
  const [id = ''] = await names(place.at('operations'));
  return join(place.at('operations'), id, 'record.json');
}

test('a replay that was gone on with remembers by whom and when, and who moved each message', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await deadTasks(coder, 230);
  await leave(coder, 'replay', 'ann');
  await leave(coder, 'resumeReplay', 'bob');
  await all(coder.operations.resumeReplay(null));
  const [record] = await recordsOf(coder);
  expect(record).toMatchObject({ by: 'ann', total: 230, tally: { replayed: 230 } });
  expect(record?.resumptions).toEqual([
    { by: 'bob', at: expect.stringMatching(/Z$/), done: 100, isExact: true },
    { by: 'coder', at: expect.stringMatching(/Z$/), done: 200, isExact: true },
  ]);
  const told = (await whoActed(coder, [0, 99, 100, 199, 200, 229])).map((runs) => runs.map(({ by }) => by));
  expect(told).toEqual([['ann'], ['ann'], ['bob'], ['bob'], ['coder'], ['coder']]);
});

test('of many resumptions the last are remembered, and that there were more', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await deadTasks(coder, 1);
  const stop = new AbortController();
  const onBegin = (): void => stop.abort();
  const left = all(coder.operations.replay({ dryRun: false, by: 'ann', signal: stop.signal, onBegin }));
  await expect(left).rejects.toMatchObject({ name: 'AbortError' });
  for (let count = 0; count < 22; count += 1) {
    const again = all(coder.operations.resumeReplay(null, { by: `bob ${count}`, signal: stop.signal }));
    await expect(again).rejects.toMatchObject({ name: 'AbortError' });
  }
  const [record] = await recordsOf(coder);
  expect(record?.resumptions?.map(({ by }) => by)).toEqual(
    Array.from({ length: 20 }, (_, index) => `bob ${index + 2}`),
  );
  expect(record?.forgottenResumptions).toBe(2);
});

test('a record of before, and one that says nonsense of its resumptions, are read and gone on with', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await deadTasks(coder, 150);
  await leave(coder, 'replay', 'ann');
  const file = await recordFile(place);
  const { next, ...rest } = JSON.parse(await readFile(file, 'utf8')) as { next: Record<string, unknown> };
  const { exact, ...place_ } = next;
  expect(exact).toBe(true);
  const nonsense = [1, null, { by: 7 }, { by: 'eve', at: 'then', done: -1 }];
  await writeFile(file, JSON.stringify({ ...rest, next: place_, resumed: nonsense, resumed_before: 'x' }));
  expect(await recordsOf(coder)).toMatchObject([{ by: 'ann', resumptions: [] }]);
  await all(coder.operations.resumeReplay(null, { by: 'bob' }));
  // Nobody says that ann left by herself, so a few more may be hers; which, their files tell.
  expect(await recordsOf(coder)).toMatchObject([
    { by: 'ann', resumptions: [{ by: 'bob', done: 100, isExact: false }], tally: { replayed: 150 } },
  ]);
  for (const runs of await whoActed(coder, [0, 99])) expect(runs).toMatchObject([{ by: 'ann' }]);
});
