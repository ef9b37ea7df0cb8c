import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure } from '@tapps-agents/contracts';
import { nodeFileSystem } from '@tapps-agents/fs-atomic';
import { ManualClock, temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { FileJournal, MAX_FAILURES, MAX_RESULT_BYTES } from '../../src/file-store/journal.ts';
import { Layout } from '../../src/file-store/layout.ts';
import { fakeDisk } from './fake-disk.ts';

const BOX = { kind: 'inbox', agentId: 'a' } as const;

interface Place extends AsyncDisposable {
  readonly journal: FileJournal;
  /** Where the journal keeps what it remembers. */
  readonly path: string;
}

async function place(): Promise<Place> {
  const directory = await temporaryDirectory();
  const disk = {
    ...fakeDisk(new ManualClock(), {}),
    fileSystem: nodeFileSystem(),
    layout: new Layout(directory.path),
  };
  return {
    journal: FileJournal.of(disk, BOX, 'm'),
    path: disk.layout.journal(BOX, 'm'),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

function failure(delivery: number, at_ms: number): Failure {
  return {
    kind: 'failed',
    delivery,
    at: new Date(at_ms).toISOString(),
    agent_id: null,
    owner: null,
    pid: null,
    host: null,
    error: { name: 'Error', message: 'it failed', code: null, stack: null },
  };
}

test('of very many failures no more than the newest are stored', async () => {
  await using here = await place();
  for (let index = 0; index < MAX_FAILURES + 5; index += 1) {
    await here.journal.recordFailure(failure((index % 60) + 1, index * 1_000));
  }
  expect(readdirSync(here.path)).toHaveLength(MAX_FAILURES);
  const kept = await here.journal.failures();
  expect(kept.map(({ at }) => Date.parse(at))).toEqual(
    Array.from({ length: MAX_FAILURES }, (_, index) => (index + 5) * 1_000),
  );
});

test('a record that is damaged, or not ours, shortens the history and nothing else', async () => {
  await using here = await place();
  for (const delivery of [1, 2]) await here.journal.recordFailure(failure(delivery, delivery));
  await here.journal.recordResult('step', 1);
  writeFileSync(join(here.path, 'failure~d1~aaaaaa.json'), '{"kind": "failed", "deliv');
  writeFileSync(join(here.path, 'failure~d9~bbbbbb.json'), '[]');
  writeFileSync(join(here.path, 'notes.txt'), 'hello');
  expect((await here.journal.failures()).map(({ delivery }) => delivery)).toEqual([1, 2]);
  for (const name of readdirSync(here.path))
    if (name.startsWith('once~')) writeFileSync(join(here.path, name), '{');
  expect(await here.journal.result('step')).toBeUndefined();
});

test('a result that is too large is refused, and what was recorded before stays', async () => {
  await using here = await place();
  await here.journal.recordResult('step', 'small');
  await expect(here.journal.recordResult('step', 'x'.repeat(MAX_RESULT_BYTES))).rejects.toMatchObject({
    code: 'ERR_INVALID_OPTION',
  });
  expect(await here.journal.result('step')).toEqual({ value: 'small' });
});
