import { mkdir, writeFile } from 'node:fs/promises';
import { serializeMessage, taskComplete, type TaskComplete } from '@tapps-agents/contracts';
import { expect, test } from 'vitest';
import {
  entries,
  event,
  eventsOf,
  faulty,
  idle,
  messages,
  run,
  site,
  stillClock,
  task,
} from './support-behaviour.ts';

const completion = (fields: Partial<Parameters<typeof taskComplete>[0]> = {}): TaskComplete =>
  taskComplete({ agent_id: 'coder', workflow_id: 'w', task_id: 't', status: 'completed', ...fields });

test('a request brings the completion of its task, and finishes it', async () => {
  await using place = await site();
  const orchestrator = await place.open('orchestrator');
  const coder = await place.open('coder');
  await orchestrator.registerAgent('coder');
  coder.work({ task_assignment: ({ task_id }) => ({ output: { task_id } }) });
  const answers = await Promise.all(
    ['a', 'b', 'c'].map((task_id) => orchestrator.request(task({ task_id }), { timeout: '20s' })),
  );
  expect(answers.map(({ results }) => results.output)).toEqual([
    { task_id: 'a' },
    { task_id: 'b' },
    { task_id: 'c' },
  ]);
  expect(await messages(orchestrator, 'ready', 'outbox')).toEqual([]);
  expect((await entries(orchestrator, 'processed')).filter(({ box }) => box.kind === 'outbox')).toHaveLength(
    3,
  );
});

test('a request brings the failure of a task that was given up', async () => {
  await using place = await site();
  const orchestrator = await place.open('orchestrator');
  const coder = await place.open('coder');
  await orchestrator.registerAgent('coder');
  coder.work({ task_assignment: () => Promise.reject(new Error('out of ideas')) });
  const answer = await orchestrator.request(task(), { timeout: '20s' });
  expect(answer.status).toBe('failed');
  expect(answer.results.errors[0]).toContain('out of ideas');
});

test('a request leaves its answer to a collector that is there for it, and hears of it all the same', async () => {
  await using place = await site();
  const orchestrator = await place.open('orchestrator', { pollInterval: 20 });
  const coder = await place.open('coder');
  await orchestrator.registerAgent('coder');
  const collected: string[] = [];
  orchestrator.collect(
    { task_complete: ({ message_id }) => void collected.push(message_id) },
    { workflow_id: 'w' },
  );
  coder.work({ task_assignment: () => ({}) });
  const answer = await orchestrator.request(task(), { timeout: '20s' });
  expect(collected).toEqual([answer.message_id]);
});

test("a request hears of an answer that another process's collector has taken", async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const fileSystem = faulty();
  fileSystem.fail({ verb: 'watch', code: 'ENOSPC', times: Number.POSITIVE_INFINITY }); // No hints: it looks only when its clock says so.
  const orchestrator = await place.open('orchestrator', { clock, lease, fileSystem });
  const coder = await place.open('coder');
  await orchestrator.registerAgent('coder');
  const sent = task();
  const asked = orchestrator.request(sent, { timeout: '20s' });
  await event(orchestrator, 'sent');
  await idle();
  const answer = completion({ metadata: { causation_id: sent.message_id } });
  await coder.send(answer);
  const collected: string[] = [];
  await coder.collect(
    { task_complete: ({ message_id }) => void collected.push(message_id) },
    { untilEmpty: true },
  ).done;
  expect(collected).toEqual([answer.message_id]);
  expect((await run(clock, asked)).message_id).toBe(answer.message_id);
});

test('a request that nobody answers times out with its code, and the task stays', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const orchestrator = await place.open('orchestrator', { clock, lease });
  await orchestrator.registerAgent('coder');
  const begun_ms = clock.now();
  await expect(run(clock, orchestrator.request(task(), { timeout: '1m' }))).rejects.toMatchObject({
    code: 'ERR_TIMEOUT',
    agentId: 'coder',
    // It may as well have been finished without an answer, or have died: nobody has looked.
    message: expect.stringMatching(
      / within 60000 ms\. Nothing was withdrawn; what has become of the task: `/,
    ),
  });
  expect(clock.now() - begun_ms).toBe(60_000);
  expect(await entries(orchestrator, 'ready')).toHaveLength(1);
});

test.each(['ready', 'processed'] as const)(
  'an older completion of the same task that is %s is no answer, whether or not it names a cause',
  async (state) => {
    await using place = await site();
    const { clock, lease } = stillClock();
    const orchestrator = await place.open('orchestrator', { clock, lease });
    await orchestrator.registerAgent('coder');
    await orchestrator.sendMany([
      completion(),
      completion({ message_id: `a very long id ${'x'.repeat(200)}` }),
      completion({ metadata: { causation_id: 'an earlier assignment' } }),
    ]);
    if (state === 'processed') {
      const collector = orchestrator.collect({ task_complete: () => {} }, { untilEmpty: true });
      await run(clock, collector.done);
    }
    const asked = orchestrator.request(task(), { timeout: '5s' });
    await expect(run(clock, asked)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    const again = orchestrator.request(task(), { timeout: '5s' });
    await idle();
    const answer = completion({ status: 'failed' });
    await orchestrator.send(answer);
    expect((await run(clock, again)).message_id).toBe(answer.message_id);
  },
);

test('a request that is repeated with the same task gets the answer that the task had', async () => {
  await using place = await site();
  const orchestrator = await place.open('orchestrator');
  const coder = await place.open('coder');
  await orchestrator.registerAgent('coder');
  let calls = 0;
  coder.work({ task_assignment: () => void (calls += 1) });
  const sent = task();
  const first = await orchestrator.request(sent, { timeout: '20s' });
  const second = await orchestrator.request(sent, { timeout: '20s' });
  expect(second.message_id).toBe(first.message_id);
  expect(calls).toBe(1);
});

test('a request ends when its signal aborts or its queue closes', async () => {
  await using place = await site();
  const orchestrator = await place.open('orchestrator');
  await orchestrator.registerAgent('coder');
  const stop = new AbortController();
  const asked = orchestrator.request(task(), { signal: stop.signal });
  await event(orchestrator, 'sent');
  stop.abort(new Error('changed my mind'));
  await expect(asked).rejects.toThrow('changed my mind');
  const other = orchestrator.request(task());
  await event(orchestrator, 'sent');
  await Promise.all([expect(other).rejects.toMatchObject({ code: 'ERR_CLOSED' }), orchestrator.close()]);
});

test('an answer whose finishing fails is reported, not lost: it is finished a little later', async () => {
  await using place = await site();
  const fileSystem = faulty();
  const orchestrator = await place.open('orchestrator', { fileSystem });
  const errors = eventsOf(orchestrator, 'error');
  await orchestrator.registerAgent('coder');
  const sent = task();
  const asked = orchestrator.request(sent, { timeout: '20s' });
  await event(orchestrator, 'sent');
  fileSystem.fail({ verb: 'rename', path: '/processed/', code: 'ENOSPC', times: 2 });
  const answer = completion({ metadata: { causation_id: sent.message_id } });
  await orchestrator.send(answer);
  expect((await asked).message_id).toBe(answer.message_id);
  expect(errors).toHaveLength(2);
  expect(await messages(orchestrator, 'ready', 'outbox')).toEqual([]);
});

test('an outbox that cannot be read ends no request: what others have finished is heard of all the same', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const fileSystem = faulty();
  const orchestrator = await place.open('orchestrator', { clock, lease, fileSystem });
  const errors = eventsOf(orchestrator, 'error');
  const coder = await place.open('coder');
  await orchestrator.registerAgent('coder');
  const sent = task();
  const asked = orchestrator.request(sent, { timeout: '20s' });
  await event(orchestrator, 'sent');
  fileSystem.fail({
    verb: 'list',
    path: /messages.outbox.coder$/,
    code: 'EIO',
    times: Number.POSITIVE_INFINITY,
  });
  const answer = completion({ metadata: { causation_id: sent.message_id } });
  await coder.send(answer);
  await run(clock, event(orchestrator, 'error'));
  await coder.collect({ task_complete: () => {} }, { untilEmpty: true }).done;
  expect((await run(clock, asked)).message_id).toBe(answer.message_id);
  expect(errors.length).toBeGreaterThan(0);
});

test('an answer that cannot be read for a moment is read again', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const fileSystem = faulty();
  fileSystem.fail({ verb: 'watch', code: 'ENOSPC', times: Number.POSITIVE_INFINITY }); // No hints: the collector is first.
  const orchestrator = await place.open('orchestrator', { clock, lease, fileSystem });
  const errors = eventsOf(orchestrator, 'error');
  const coder = await place.open('coder');
  await orchestrator.registerAgent('coder');
  const sent = task();
  const answer = completion({ metadata: { causation_id: sent.message_id } });
  const asked = orchestrator.request(sent, { timeout: '20s' });
  await event(orchestrator, 'sent');
  await idle();
  fileSystem.fail({ verb: 'read', path: '/processed/', code: 'EIO', times: 2 });
  await coder.send(answer);
  await coder.collect({ task_complete: () => {} }, { untilEmpty: true }).done;
  expect((await run(clock, asked)).message_id).toBe(answer.message_id);
  expect(errors).toHaveLength(2);
});

test('an answer that a dead process had claimed is taken back, and brought', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const orchestrator = await place.open('orchestrator', { clock, lease });
  await orchestrator.registerAgent('coder');
  const sent = task();
  const asked = orchestrator.request(sent, { timeout: '20s' });
  await event(orchestrator, 'sent');
  await idle();
  const answer = completion({ message_id: 'answer', metadata: { causation_id: sent.message_id } });
  const leased = '20251214T103500_123Z_answer_task_complete~p1.d1~0a1b2c~deadbeef.json';
  await mkdir(place.at('locks', 'outbox', 'coder'), { recursive: true });
  await writeFile(place.at('locks', 'outbox', 'coder', leased), serializeMessage(answer));
  const recovered = event(orchestrator, 'recovered');
  expect((await run(clock, asked)).message_id).toBe('answer');
  expect(await recovered).toMatchObject({ messageId: 'answer' });
});

test('while its assignee is paused, a request claims nothing', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const orchestrator = await place.open('orchestrator', { clock, lease });
  await orchestrator.registerAgent('coder');
  await orchestrator.operations.pause({ agentId: 'coder' });
  const sent = task();
  await orchestrator.send(completion({ metadata: { causation_id: sent.message_id } }));
  const asked = orchestrator.request(sent, { timeout: '5s' });
  await expect(run(clock, asked)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  expect(await messages(orchestrator, 'ready', 'outbox')).toHaveLength(1);
  const again = orchestrator.request(sent, { timeout: '5s' });
  await orchestrator.operations.resume({ agentId: 'coder' });
  expect(await run(clock, again)).toMatchObject({ task_id: 't' });
});
