import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { taskComplete } from '@tapps-agents/contracts';
import { describe, expect, it } from 'vitest';
import { recordEffect, readEffects, type Effect } from '../src/effects.ts';
import { effectDifferences, leftFiles, taskDifferences } from '../src/verify.ts';
import { temporaryDirectory } from './temporary-directory.ts';

function effect(taskId: string): Effect {
  return { task_id: taskId, message_id: `m-${taskId}`, delivery: 1, agent: 'analyst-1', pid: 1 };
}

function completion(taskId: string, status: 'completed' | 'failed') {
  return taskComplete({
    agent_id: 'analyst',
    workflow_id: 'w',
    task_id: taskId,
    status,
    results: status === 'failed' ? { errors: ['no such file'] } : {},
  });
}

describe('taskDifferences', () => {
  it('tells a task that is missing, reported twice or failed from one that is done', () => {
    const of = (taskId: string, ...completions: ReturnType<typeof completion>[]) => ({
      taskId,
      path: taskId,
      completions,
      statuses: [],
    });
    expect(
      taskDifferences([
        of('done', completion('done', 'completed')),
        of('missing'),
        of('twice', completion('twice', 'completed'), completion('twice', 'completed')),
        of('failed', completion('failed', 'failed')),
      ]),
    ).toEqual([
      'missing was reported as finished 0 times instead of 1',
      'twice was reported as finished 2 times instead of 1',
      'failed failed: no such file',
    ]);
  });
});

describe('effectDifferences', () => {
  it('finds work that was done twice, not at all, or for nobody', () => {
    expect(effectDifferences(['a', 'b', 'c'], ['a', 'b', 'b', 'x'].map(effect))).toEqual([
      'b was done 2 times instead of 1',
      'c was done 0 times instead of 1',
      'analyst-1 did x, which nobody had asked for',
    ]);
  });

  it('reads back what every agent noted', async () => {
    const directory = await temporaryDirectory();
    const noted = [effect('a'), { ...effect('b'), agent: 'analyst-2' }, effect('c')];
    for (const one of noted) recordEffect(directory, one);
    expect(readEffects(directory).map((one) => one.task_id)).toEqual(['a', 'c', 'b']);
  });
});

describe('leftFiles', () => {
  it('finds every file where no message may be left, and leaves records alone', async () => {
    const root = await temporaryDirectory({
      'inbox/a/m.json': '',
      'inbox/a/.agent.json': '',
      'outbox/a/m.json': '',
      'locks/inbox/a/m~owner.json': '',
      'locks/owners/o.json': '',
      'locks/ended/o.json': '',
      'locks/mutexes/retention/free': '',
      'tmp/.half-written': '',
      'dlq/inbox/a/m.reason.json': '',
      'processed/inbox/a/w/t/m.json': '',
    });
    expect(leftFiles(root)).toEqual([
      'inbox/a/m.json',
      'outbox/a/m.json',
      'locks/inbox/a/m~owner.json',
      'locks/owners/o.json',
      'tmp/.half-written',
      'dlq/inbox/a/m.reason.json',
    ]);
  });

  it('finds nothing in a directory that is done', async () => {
    const root = await temporaryDirectory();
    for (const name of ['inbox/a', 'outbox', 'locks/owners', 'tmp', 'dlq'])
      await mkdir(path.join(root, name), { recursive: true });
    expect(leftFiles(root)).toEqual([]);
  });
});
