import { rename, rm, writeFile } from 'node:fs/promises';
import { serializeMessage, statusUpdate } from '@tapps-agents/contracts';
import { expect, test } from 'vitest';
import { faulty, run, site, stillClock, task } from './support-behaviour.ts';

const update = (agent_id: string, task_id: string): ReturnType<typeof statusUpdate> =>
  statusUpdate({ agent_id, workflow_id: 'w', task_id, status: 'in_progress' });

test('a collector that never runs out of messages finds the outbox of a newcomer all the same', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const fileSystem = faulty();
  fileSystem.fail({ verb: 'watch', code: 'ENOSPC', times: Number.POSITIVE_INFINITY });
  const orchestrator = await place.open('orchestrator', { clock, lease, fileSystem });
  const writer = await place.open('writer');
  await writer.sendMany(Array.from({ length: 40 }, (_, index) => update('coder', `${index}`)));
  const heard: string[] = [];
  const collector = orchestrator.collect(
    {
      status_update: async ({ agent_id }) => {
        clock.freeze(200);
        heard.push(agent_id);
        if (heard.length === 5) await writer.send(update('newcomer', 'first'));
      },
    },
    { concurrency: 1_000, untilEmpty: true }, // It never waits for a handler.
  );
  await run(clock, collector.done);
  expect(heard).toHaveLength(41);
  expect(heard.indexOf('newcomer')).toBeLessThan(30);
});

test('a worker that never runs out of messages takes back what a dead process had in hand', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const coder = await place.open('coder', { clock, lease });
  await coder.registerAgent('coder');
  await coder.sendMany(Array.from({ length: 40 }, (_, index) => task({ task_id: `${index}` })));
  const orphan = task({ message_id: 'orphan', task_id: 'orphan', priority: 'high' });
  const leased = '20251214T103500_123Z_orphan_task_assignment~p0.d1~0a1b2c~deadbeef.json';
  await writeFile(place.at('orphan'), serializeMessage(orphan));
  const handled: string[] = [];
  const worker = coder.work(
    {
      task_assignment: async ({ task_id }) => {
        clock.freeze(50);
        handled.push(task_id);
        // In one step, as a lease comes about: a file being written would be taken back before its content is there.
        if (handled.length === 5)
          await rename(place.at('orphan'), place.at('locks', 'inbox', 'coder', leased));
      },
    },
    { concurrency: 1_000, untilEmpty: true },
  );
  await run(clock, worker.done);
  expect(handled).toHaveLength(41);
  expect(handled.indexOf('orphan')).toBeLessThan(30);
});

test('an outbox that vanishes is let go of, and keeps nobody from ending', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const orchestrator = await place.open('orchestrator', { clock, lease });
  await orchestrator.registerAgent('gone');
  await orchestrator.send(update('coder', 't'));
  const errors: unknown[] = [];
  orchestrator.events.on('error', (error) => errors.push(error));
  const collector = orchestrator.collect(
    { status_update: async () => await rm(place.at('outbox', 'gone'), { recursive: true }) },
    { untilEmpty: true },
  );
  await run(clock, collector.done);
  expect(errors.length).toBeLessThan(50); // Until it looked anew.
});
