import { rename } from 'node:fs/promises';
import { defineMessage, statusUpdate, Type } from '@tapps-agents/contracts';
import { expect, test } from 'vitest';
import {
  deferred,
  entries,
  event,
  eventsOf,
  idle,
  messages,
  names,
  run,
  site,
  stillClock,
  task,
} from './support-behaviour.ts';

const ids = { agent_id: 'planner', workflow_id: 'w', task_id: 't' };

test('untilEmpty waits for what is delayed and for what others hold, and ends then', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const coder = await place.open('coder', { clock, lease });
  const other = await place.open('coder', { clock, lease });
  await coder.registerAgent('coder');
  await coder.send(task({ task_id: 'held' }));
  const held = await other.receive().next();
  await coder.send(task({ task_id: 'delayed' }), { delay: '1m' });
  const handled: string[] = [];
  let ended = false;
  const worker = coder.work(
    { task_assignment: ({ task_id }) => void handled.push(task_id) },
    { untilEmpty: true },
  );
  const whole = worker.done.finally(() => {
    ended = true;
  });
  await run(clock, event(coder, 'acked'));
  expect(handled).toEqual(['delayed']);
  for (let look = 0; look < 20; look += 1) {
    await idle();
    await clock.advance(1_000);
  }
  await idle();
  expect(ended).toBe(false);
  await run(clock, held.value!.snooze('1s'));
  await run(clock, whole);
  expect(handled).toEqual(['delayed', 'held']);
});

test('a limit is kept however many are handled at once, and the rest stays where it is', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.sendMany(Array.from({ length: 9 }, (_, index) => task({ task_id: `${index}` })));
  for (const limit of [1, 5]) {
    let calls = 0;
    await coder.work({ task_assignment: () => void (calls += 1) }, { limit, concurrency: 3 }).done;
    expect(calls).toBe(limit);
  }
  expect(await messages(coder, 'ready', 'inbox')).toHaveLength(3);
  expect(await entries(coder, 'leased')).toEqual([]);
});

test('a message that is only handed back, to be filed under its right name, does not use up the limit', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  const { messageId } = await coder.send(task());
  const fileName = (await names(place.at('inbox', 'coder'))).find((name) => name.includes(messageId));
  const box = place.at('inbox', 'coder');
  await rename(`${box}/${fileName}`, `${box}/${fileName!.replace(messageId, 'another-id')}`);
  const handled: string[] = [];
  await coder.work({ task_assignment: ({ message_id }) => void handled.push(message_id) }, { limit: 1 }).done;
  expect(handled).toEqual([messageId]);
});

test('as many as the concurrency says are handled at once, and not one more', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await coder.sendMany(Array.from({ length: 6 }, (_, index) => task({ task_id: `${index}` })));
  const four = deferred();
  const finish = deferred();
  let active = 0;
  let most = 0;
  const worker = coder.work(
    {
      task_assignment: async () => {
        active += 1;
        most = Math.max(most, active);
        if (active === 4) four.resolve();
        await finish.promise;
        active -= 1;
      },
    },
    { concurrency: 4, untilEmpty: true },
  );
  await four.promise; // A worker that took one after the other would never come here.
  await idle();
  expect(await entries(coder, 'leased')).toHaveLength(4);
  finish.resolve();
  await worker.done;
  expect(most).toBe(4);
  expect(await messages(coder, 'ready', 'outbox')).toHaveLength(6);
});

test('types without a handler are left for others, and announced once', async () => {
  await using place = await site();
  const named = defineMessage('constructor', Type.Object({}));
  const coder = await place.open('coder', { messages: [named] });
  const unhandled = eventsOf(coder, 'unhandled');
  await coder.registerAgent('coder');
  const update = (): ReturnType<typeof statusUpdate> => statusUpdate({ ...ids, status: 'blocked' });
  await coder.sendMany([update(), update(), named(ids)], { to: 'coder' });
  await coder.send(task());
  // TypeScript takes every object's own `constructor` for a handler of that type; the queue must not.
  await coder.work({ task_assignment: () => {} } as never, { untilEmpty: true }).done;
  const box = { kind: 'inbox', agentId: 'coder' };
  expect(unhandled).toHaveLength(2);
  expect(unhandled).toEqual(
    expect.arrayContaining([
      { box, messageType: 'status_update' },
      { box, messageType: 'constructor' },
    ]),
  );
  expect(await messages(coder, 'ready', 'inbox')).toHaveLength(3);
});
