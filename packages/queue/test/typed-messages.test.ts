import {
  defineMessage,
  Type,
  type StatusUpdate,
  type TaskAssignment,
  type TaskComplete,
} from '@tapps-agents/contracts';
import { expect, expectTypeOf, test } from 'vitest';
import type { HandlerContext, WorkContext } from '../src/index.ts';
import { dead, eventsOf, messages, site, sorted, task } from './support-behaviour.ts';

const review = defineMessage('code_review', Type.Object({ file: Type.String(), line: Type.Integer() }));
const vote = defineMessage('vote', Type.Object({ yes: Type.Boolean() }));
const ids = { agent_id: 'planner', workflow_id: 'w', task_id: 't' };

test('messages of the user are delivered, with their types, to workers, collectors and by hand', async () => {
  await using place = await site();
  const coder = await place.open('coder', { messages: [review, vote] });
  await coder.registerAgent('coder');
  await coder.sendMany(
    [
      review({ ...ids, file: 'a.ts', line: 3 }),
      vote({ ...ids, yes: true }),
      review({ ...ids, file: 'b.ts', line: 4 }),
    ],
    { to: 'coder' },
  );
  await coder.send(vote({ ...ids, yes: false }));
  await coder.send(task());
  const seen: unknown[] = [];
  await coder.work(
    {
      code_review: (message, context) => {
        expectTypeOf(message.file).toEqualTypeOf<string>();
        expectTypeOf(message.line).toEqualTypeOf<number>();
        expectTypeOf(message.message_type).toEqualTypeOf<'code_review'>();
        expectTypeOf(context).toEqualTypeOf<WorkContext>();
        seen.push(message.file);
      },
      task_assignment: (message) => {
        expectTypeOf(message).toEqualTypeOf<TaskAssignment>();
      },
    },
    { untilEmpty: true, limit: 3 },
  ).done;
  for await (const delivery of coder.receive({ untilEmpty: true })) {
    const { message } = delivery;
    if (message.message_type === 'vote') seen.push(message.yes);
    await delivery.ack();
  }
  await coder.collect(
    {
      vote: (message, context) => {
        expectTypeOf(message.yes).toEqualTypeOf<boolean>();
        expectTypeOf(context).toEqualTypeOf<HandlerContext>();
        seen.push(message.yes);
      },
      status_update: (message) => {
        expectTypeOf(message).toEqualTypeOf<StatusUpdate>();
      },
      task_complete: (message) => {
        expectTypeOf(message).toEqualTypeOf<TaskComplete>();
        seen.push(message.status);
      },
    },
    { untilEmpty: true },
  ).done;
  expect(seen).toEqual(['a.ts', 'b.ts', true, expect.anything(), expect.anything()]);
  expect(sorted(seen.slice(3))).toEqual(['completed', false]);
});

test('handlers of types that the queue was not opened with do not compile, and are refused', async () => {
  await using place = await site();
  const coder = await place.open('coder', { messages: [review] });
  expect(() =>
    // @ts-expect-error -- the queue does not know votes
    coder.work({ vote: () => {} }),
  ).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION' }));
  // @ts-expect-error -- a review has no such field
  const wrong = { code_review: (message: { colour: string }) => void message } satisfies Parameters<
    typeof coder.work
  >[0];
  expect(wrong).toBeDefined();
});

test('a message of the user that does not fit its definition is quarantined, with what is wrong', async () => {
  await using place = await site();
  const loose = defineMessage('code_review', Type.Object({ file: Type.String() }));
  const sender = await place.open('planner', { messages: [loose] });
  await sender.registerAgent('coder');
  await sender.send(loose({ ...ids, file: 'a.ts' }), { to: 'coder' });
  const coder = await place.open('coder', { messages: [review] });
  await coder.work({ code_review: () => {} }, { untilEmpty: true }).done;
  const [letter] = await dead(coder);
  expect(letter?.reason).toMatchObject({ code: 'invalid_schema', details: [{ pointer: '/line' }] });
});

test('a queue without the definition leaves such messages for one that has it', async () => {
  await using place = await site();
  const sender = await place.open('planner', { messages: [review] });
  await sender.registerAgent('coder');
  await sender.send(review({ ...ids, file: 'a.ts', line: 1 }), { to: 'coder' });
  const stranger = await place.open('coder');
  const unhandled = eventsOf(stranger, 'unhandled');
  await stranger.work({ task_assignment: () => {} }, { untilEmpty: true }).done;
  expect(unhandled).toMatchObject([{ messageType: 'code_review' }]);
  expect(await dead(stranger)).toEqual([]);
  expect(await messages(stranger, 'ready', 'inbox')).toHaveLength(1);
});
