import { mkdir, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { entries, event, eventsOf, idle, run, site, stillClock, task } from './support-behaviour.ts';

test('a paused agent is handed nothing until it is resumed; others go on', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const operator = await place.open('operator', { clock });
  const coder = await place.open('coder', { clock, lease });
  const tester = await place.open('tester', { clock, lease });
  for (const agent of ['coder', 'tester']) await operator.registerAgent(agent);
  await operator.operations.pause({ agentId: 'coder', note: 'too hot' });
  expect((await operator.operations.inspect()).pauses).toEqual([
    { agentId: 'coder', pausedAt: '2026-01-01T00:00:00.000Z', pausedBy: 'operator', note: 'too hot' },
  ]);
  await operator.operations.pause({ agentId: 'tester', by: 'ann@build-1 pid 7' });
  expect((await operator.operations.inspect()).pauses).toContainEqual(
    expect.objectContaining({ agentId: 'tester', pausedBy: 'ann@build-1 pid 7' }),
  );
  await operator.operations.resume({ agentId: 'tester' });
  const handled: string[] = [];
  const paused = event(coder, 'paused');
  coder.work({ task_assignment: () => void handled.push('coder') });
  const worker = tester.work({ task_assignment: () => void handled.push('tester') }, { untilEmpty: true });
  await operator.sendMany([task(), task({ assigned_to: 'tester' })]);
  expect(await run(clock, paused)).toEqual({ agentId: 'coder' });
  await run(clock, worker.done);
  expect(handled).toEqual(['tester']);
  expect((await entries(operator, 'ready')).filter(({ box }) => box.kind === 'inbox')).toHaveLength(1);

  const resumed = event(coder, 'resumed');
  const acked = event(coder, 'acked');
  expect(await operator.operations.resume({ agentId: 'coder' })).toBe(true);
  await run(clock, Promise.all([resumed, acked]));
  expect(handled).toEqual(['tester', 'coder']);
  expect(await operator.operations.resume({ agentId: 'coder' })).toBe(false);
});

test('pausing everything stops workers, collectors and receivers, lets handlers finish, and is lifted by itself alone', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const operator = await place.open('operator', { clock });
  const coder = await place.open('coder', { clock, lease });
  await operator.registerAgent('coder');
  await operator.sendMany([task({ task_id: 'first' }), task({ task_id: 'second' })]);
  const handled: string[] = [];
  const acked = event(coder, 'acked');
  coder.work({
    task_assignment: async ({ task_id }) => {
      if (task_id === 'first') {
        await operator.operations.pause();
        clock.freeze(200); // Longer than an answer about pauses is kept.
      }
      handled.push(task_id);
    },
  });
  await run(clock, acked);
  const received = coder.receive().next();
  const collected = eventsOf(operator, 'claimed');
  operator.collect({ task_complete: () => {} });
  const all = [event(coder, 'paused'), event(operator, 'paused')];
  await run(clock, Promise.race(all));
  for (let look = 0; look < 5; look += 1) {
    await idle();
    await clock.advance(1_000);
  }
  await idle();
  expect(handled).toEqual(['first']);
  expect(collected).toEqual([]);
  expect(await operator.operations.resume({ agentId: 'coder' })).toBe(false);
  expect(await coder.store.isPaused('coder')).toBe(true);
  expect(await operator.operations.resume()).toBe(true);
  const again = event(coder, 'claimed');
  await run(clock, again);
  await coder.close();
  await received;
});

test('untilEmpty does not take a pause for an empty box', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const coder = await place.open('coder', { clock, lease });
  await coder.registerAgent('coder');
  await coder.send(task());
  await coder.operations.pause({ agentId: 'coder' });
  let ended = false;
  let calls = 0;
  const worker = coder.work({ task_assignment: () => void (calls += 1) }, { untilEmpty: true });
  const whole = worker.done.finally(() => {
    ended = true;
  });
  for (let look = 0; look < 20; look += 1) {
    await idle();
    await clock.advance(1_000);
  }
  await idle();
  expect([ended, calls]).toEqual([false, 0]);
  await coder.operations.resume({ agentId: 'coder' });
  await run(clock, whole);
  expect(calls).toBe(1);
});

test('a switch made by hand, even an empty file, pauses whom its name says', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await mkdir(place.at('locks', 'paused'), { recursive: true });
  await writeFile(place.at('locks', 'paused', 'agent~%43oder.json'), '');
  expect(await coder.store.isPaused('Coder')).toBe(true);
  expect(await coder.store.isPaused('coder')).toBe(false);
  expect(await coder.store.pauses()).toMatchObject([{ agentId: 'Coder' }]);
  expect(await coder.operations.resume({ agentId: 'Coder' })).toBe(true);
  expect(await coder.store.pauses()).toEqual([]);
});

test('an agent whose name is too long for a file name is paused and resumed like any other', async () => {
  await using place = await site();
  const name = 'Ärger '.repeat(50);
  const coder = await place.open('coder');
  await coder.registerAgent(name);
  await coder.operations.pause({ agentId: name });
  expect(await coder.store.isPaused(name)).toBe(true);
  expect(await coder.store.pauses()).toMatchObject([{ agentId: name }]);
  expect(await coder.operations.resume({ agentId: name })).toBe(true);
  await expect(coder.operations.pause({ agentId: '' })).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION' });
});
