import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFileSystem, systemClock } from '@tapps-agents/fs-atomic';
import { temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { Layout } from '../src/file-store/layout.ts';
import { finishedSince } from '../src/file-store/throughput.ts';
import { openQueue } from '../src/index.ts';
import type { Disk } from '../src/file-store/disk.ts';
import { task } from './support/messages.ts';

const NOW_MS = Date.parse('2026-01-09T12:00:00Z');

/** A ledger of so many tasks of one message each, finished `age_ms` ago. */
function ledger(root: string, workflow: string, tasks: number, age_ms: number): void {
  const time = new Date(NOW_MS - age_ms);
  for (let index = 0; index < tasks; index += 1) {
    const directory = join(root, 'processed/inbox/coder', workflow, `t${index}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `m${index}.json`), '{}');
    utimesSync(join(directory, `m${index}.json`), time, time);
    utimesSync(directory, time, time);
  }
  const above = join(root, 'processed/inbox/coder', workflow);
  utimesSync(above, time, time);
}

async function diskAt(root: string): Promise<Disk> {
  await (await openQueue({ root, retention: false })).close();
  return {
    layout: new Layout(root),
    fileSystem: nodeFileSystem(),
    clock: systemClock,
    fileMode: 0o600,
    directoryMode: 0o700,
    maxMessageBytes: 1_000,
    random: Math.random,
    longTypes: new Map(),
  };
}

test('counts what was finished lately, and no further copies', async () => {
  await using directory = await temporaryDirectory();
  const root = join(directory.path, 'mq');
  const disk = await diskAt(root);
  ledger(root, 'old', 5, 120_000);
  ledger(root, 'new', 3, 30_000);
  const copy = join(root, 'processed/inbox/coder/new/t0/m0~dup~abcdef.json');
  writeFileSync(copy, '{}');
  expect(await finishedSince(disk, NOW_MS - 60_000)).toEqual({
    boxes: [{ box: { kind: 'inbox', agentId: 'coder' }, finished: 3 }],
    isComplete: true,
  });
  expect(await finishedSince(disk, NOW_MS - 10_000)).toEqual({ boxes: [], isComplete: true });
});

test('does not look at entries of tasks that have not changed, and stops at its limits', async () => {
  await using directory = await temporaryDirectory();
  const root = join(directory.path, 'mq');
  const disk = await diskAt(root);
  ledger(root, 'old', 200, 3_600_000);
  ledger(root, 'new', 10, 1_000);
  let looks = 0;
  const counting = {
    ...disk,
    fileSystem: {
      ...disk.fileSystem,
      list: (path: string) => disk.fileSystem.list(path),
      status: (path: string) => {
        looks += 1;
        return disk.fileSystem.status(path);
      },
    },
  };
  expect((await finishedSince(counting, NOW_MS - 60_000)).boxes[0]?.finished).toBe(10);
  expect(looks).toBe(2 + 200 + 10 + 10); // Workflows, tasks, and the entries of the new ones alone.
  looks = 0;
  const limited = await finishedSince(counting, NOW_MS - 60_000, { looks: 30, names: 10_000 });
  expect(limited).toEqual({
    boxes: [{ box: { kind: 'inbox', agentId: 'coder' }, finished: 10 }],
    isComplete: false,
  });
  expect(looks).toBeLessThanOrEqual(31);
  expect((await finishedSince(disk, NOW_MS - 60_000, { looks: 10_000, names: 5 })).isComplete).toBe(false);
});

test('inspect tells it for each box, and when a holder last showed a sign of life', async () => {
  await using directory = await temporaryDirectory();
  const root = join(directory.path, 'mq');
  await using queue = await openQueue({ root, agent: 'coder', retention: false });
  await queue.registerAgent('coder');
  await queue.sendMany([task({ task_id: 'a' }), task({ task_id: 'b' })]);
  await using deliveries = queue.receive();
  await (await deliveries.next()).value?.ack();
  const second = (await deliveries.next()).value;
  const { boxes, window_ms, isFinishedComplete } = await queue.operations.inspect();
  expect([window_ms, isFinishedComplete]).toEqual([60_000, true]);
  const inbox = boxes.find(({ box }) => box.kind === 'inbox');
  expect(inbox).toMatchObject({ finished: 1, leased: 1 });
  expect(Math.abs(Date.now() - (inbox?.holders[0]?.beatAt_ms ?? 0))).toBeLessThan(60_000);
  const report = await queue.operations.inspectAgent('coder');
  expect(report.leased.map(({ messageId }) => messageId)).toEqual([second?.message.message_id]);
  await expect(queue.operations.inspectAgent('nobody')).rejects.toMatchObject({ code: 'ERR_UNKNOWN_AGENT' });
  await second?.ack();
});
