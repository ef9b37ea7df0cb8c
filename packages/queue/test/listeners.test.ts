import { once } from 'node:events';
import { expect, test } from 'vitest';
import { QueueEvents } from '../src/index.ts';
import { event, eventsOf, faulty, idle, site, stillClock, task } from './support-behaviour.ts';

test('a listener that throws stops neither the worker nor the other listeners; it becomes a warning', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  coder.events.once('claimed', () => {
    throw new Error('a mistake in a listener');
  });
  const claimed = eventsOf(coder, 'claimed');
  const warned = once(process, 'warning') as Promise<[Error]>;
  let handled = 0;
  await coder.sendMany([task({ task_id: 'a' }), task({ task_id: 'b' })]);
  await coder.work({ task_assignment: () => void (handled += 1) }, { untilEmpty: true }).done;
  expect(handled).toBe(2);
  expect(claimed).toHaveLength(2);
  const [warning] = await warned;
  expect(warning.message).toContain('"claimed" threw');
  expect(warning.message).toContain('a mistake in a listener');
});

test('a listener of errors that throws ends nothing either', async () => {
  await using place = await site();
  const { clock } = stillClock();
  const fileSystem = faulty();
  const coder = await place.open('coder', { fileSystem, clock, lease: '4s' });
  await coder.registerAgent('coder');
  coder.events.on('error', () => {
    throw new Error('a mistake in the listener of errors');
  });
  const warned = once(process, 'warning') as Promise<[Error]>;
  await coder.send(task());
  const { value: delivery } = await coder.receive({ lease: '1h' }).next();
  fileSystem.fail({ verb: 'touch', path: 'owners', code: 'EIO' });
  await clock.advance(2_000); // A heartbeat, which fails.
  await idle();
  expect((await warned)[0].message).toContain('"error" threw');
  const acked = event(coder, 'acked');
  await delivery!.ack();
  await acked;
});

test('reporting never throws, whatever was thrown and whether or not anybody listens', async () => {
  const events = new QueueEvents();
  const bare: unknown = Object.create(null);
  for (const error of [new Error('no'), 'no', null, bare]) {
    const warned = once(process, 'warning');
    expect(() => events.report(error)).not.toThrow();
    await warned;
  }
  const heard: unknown[] = [];
  events.on('error', (error) => heard.push(error));
  events.report(bare);
  expect(heard).toEqual([bare]);
});
