import { statusUpdate, type TaskAssignment } from '@tapps-agents/contracts';
import { expect, test } from 'vitest';
import {
  dead,
  entries,
  event,
  eventsOf,
  faulty,
  messages,
  run,
  site,
  sorted,
  stillClock,
  task,
} from './support-behaviour.ts';

const followUp = (fields = {}): TaskAssignment =>
  task({ agent_id: 'coder', assigned_to: 'tester', task_id: 'follow-up', ...fields });

test('what a handler sends is seen only once its message is acknowledged, under ids of its own making', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.registerAgent('tester');
  const cause = task();
  await coder.send(cause);
  const during: number[] = [];
  const ids: string[] = [];
  const given = followUp();
  await coder.work(
    {
      task_assignment: async (_message, context) => {
        ids.push(context.send(given), context.send(followUp({ metadata: { causation_id: 'another' } })));
        during.push((await entries(coder, 'ready')).length);
      },
    },
    { untilEmpty: true },
  ).done;
  expect(during).toEqual([0]);
  expect(new Set([...ids, given.message_id]).size).toBe(3);
  const sent = await messages(coder, 'ready', 'inbox');
  expect(sorted(sent.map((message) => message['message_id']))).toEqual(sorted(ids));
  const metadata = new Map(sent.map((message) => [message['message_id'], message['metadata']]));
  expect(metadata.get(ids[0])).toEqual({ causation_id: cause.message_id });
  expect(metadata.get(ids[1])).toEqual({ causation_id: 'another' });
});

test('a crash between publishing and acknowledging sends the same ids again, and their receivers handle each once', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const fileSystem = faulty();
  const coder = await place.open('coder', { clock, lease, fileSystem, random: () => 0 });
  const errors = eventsOf(coder, 'error');
  const tester = await place.open('tester');
  await coder.registerAgent('coder');
  await coder.registerAgent('tester');
  const cause = task({ retry_policy: { max_retries: 3 } });
  await coder.send(cause);
  fileSystem.fail({ verb: 'rename', path: '/processed/', code: 'EIO' });
  const ids: string[][] = [];
  const worker = coder.work(
    {
      task_assignment: (_message, context) =>
        void ids.push([context.send(followUp()), context.send(followUp({ task_id: 'other' }))]),
    },
    { untilEmpty: true },
  );
  await run(clock, worker.done);
  expect(errors).toMatchObject([{ code: 'ERR_IO' }]);
  expect(ids).toHaveLength(2);
  expect(ids[0]).toEqual(ids[1]);
  expect(await messages(coder, 'ready', 'inbox')).toHaveLength(4);
  const completions = await messages(coder, 'ready', 'outbox');
  expect(completions.map(({ status }) => status)).toEqual(['completed', 'completed']);
  expect(new Set(completions.map((message) => message['message_id'])).size).toBe(1);

  const handled: string[] = [];
  const duplicates = eventsOf(tester, 'duplicate');
  await tester.work(
    { task_assignment: ({ message_id }) => void handled.push(message_id) },
    { untilEmpty: true, concurrency: 4 },
  ).done;
  expect(handled.toSorted()).toEqual(ids[0]!.toSorted());
  expect(duplicates).toHaveLength(2);
});

test('a handler that fails sends nothing', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.registerAgent('tester');
  await coder.send(task());
  await coder.work(
    {
      task_assignment: (_message, context) => {
        context.send(followUp());
        throw new Error('after all, no');
      },
    },
    { untilEmpty: true },
  ).done;
  expect(await messages(coder, 'ready', 'inbox')).toEqual([]);
});

test('a message to nobody fails the delivery, with the nearest name; with `register` it makes the agent known', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.registerAgent('tester');
  await coder.sendMany([task({ task_id: 'mistyped' }), task({ task_id: 'new' })]);
  await coder.work(
    {
      task_assignment: ({ task_id }, context) => {
        if (task_id === 'mistyped') context.send(followUp({ assigned_to: 'testre' }));
        else context.send(followUp({ assigned_to: 'newcomer' }), { register: true });
      },
    },
    { untilEmpty: true },
  ).done;
  const [letter, ...others] = await dead(coder);
  expect(others).toEqual([]);
  expect(letter?.reason).toMatchObject({ message: { task_id: 'mistyped' }, code: 'exhausted' });
  expect(letter?.reason?.history[0]?.error).toMatchObject({ code: 'ERR_UNKNOWN_AGENT' });
  expect(letter?.reason?.reason).toContain('Did you mean "tester"?');
  expect(await coder.agents()).toContain('newcomer');
  expect(await messages(coder, 'ready', 'inbox')).toMatchObject([{ assigned_to: 'newcomer' }]);
});

test('an invalid message is refused where it is sent, not when it is too late', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.send(task());
  const refused: unknown[] = [];
  await coder.work(
    {
      task_assignment: (_message, context) => {
        for (const send of [
          () => context.send({ ...followUp(), progress: 5 } as never),
          () => context.send(followUp(), { to: 'somebody else' }),
          () => context.send(followUp(), { delay: 'soon' as never }),
        ]) {
          try {
            send();
          } catch (error) {
            refused.push((error as { code: string }).code);
          }
        }
      },
    },
    { untilEmpty: true },
  ).done;
  expect(refused).toEqual(['ERR_INVALID_MESSAGE', 'ERR_INVALID_OPTION', 'ERR_INVALID_OPTION']);
  expect(await messages(coder, 'ready', 'outbox')).toMatchObject([{ status: 'completed' }]);
});

test('reports go out at once, whatever becomes of the task', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  const sent = await coder.send(task());
  await coder.work(
    {
      task_assignment: async (_message, context) => {
        await context.report({ status: 'in_progress', progress_percent: 40, current_step: 'reading' });
        expect(await messages(coder, 'ready', 'outbox')).toHaveLength(1);
        await expect(context.report({ progress_percent: 140 })).rejects.toMatchObject({
          code: 'ERR_INVALID_MESSAGE',
        });
        throw new Error('no');
      },
    },
    { untilEmpty: true },
  ).done;
  const [update, completion] = await messages(coder, 'ready', 'outbox');
  expect(update).toMatchObject({
    message_type: 'status_update',
    progress_percent: 40,
    current_step: 'reading',
    metadata: { causation_id: sent.messageId },
  });
  expect(completion).toMatchObject({ status: 'failed' });
  expect((completion!['results'] as { errors: string[] }).errors[0]).toContain('with: no.');
});

test('a collector can hold messages back, too, and sends status updates to the outbox of their writer', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  const orchestrator = await place.open('orchestrator');
  await orchestrator.registerAgent('coder');
  await coder.send(statusUpdate({ agent_id: 'coder', workflow_id: 'w', task_id: 't', status: 'blocked' }));
  await orchestrator.collect(
    {
      status_update: (_message, context) => {
        context.send(task({ task_id: 'unblock' }));
        context.send(
          statusUpdate({ agent_id: 'orchestrator', workflow_id: 'w', task_id: 't', status: 'queued' }),
        );
      },
    },
    { untilEmpty: true, agents: ['coder'] },
  ).done;
  expect(await messages(coder, 'ready', 'inbox')).toMatchObject([{ task_id: 'unblock' }]);
  expect(await messages(coder, 'ready', 'outbox')).toMatchObject([{ agent_id: 'orchestrator' }]);
});

test('what a handler sends after it has returned is refused, not lost', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.registerAgent('tester');
  await coder.send(task());
  const kept: (() => string)[] = [];
  const acked = event(coder, 'acked');
  await coder.work(
    {
      task_assignment: (_message, context) => {
        kept.push(() => context.send(followUp()));
      },
    },
    { untilEmpty: true },
  ).done;
  await acked;
  expect(kept[0]).toThrow(expect.objectContaining({ code: 'ERR_SETTLED' }));
});
