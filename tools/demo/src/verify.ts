import { readdirSync } from 'node:fs';
import path from 'node:path';
import { readEffects, type Effect } from './effects.ts';
import type { TaskRecord } from './task-board.ts';
import type { Workspace } from './workspace.ts';

/** Directories that hold records, not messages, and keep them after all work is done. */
const RECORDS = new Set(['locks/ended', 'locks/mutexes', 'locks/paused']);
const MUST_BE_EMPTY = ['inbox', 'outbox', 'locks', 'tmp', 'dlq'];

/** What was checked, and what is not as it should be. */
export interface Verdicts {
  readonly good: readonly string[];
  readonly bad: readonly string[];
}

/**
 * Checks the outcome without asking the queue: each task against what agents noted themselves and what came back,
 * and the boxes with nothing but directory listings.
 */
export function verify(tasks: readonly TaskRecord[], workspace: Workspace): Verdicts {
  const done = [
    ...taskDifferences(tasks),
    ...effectDifferences(
      tasks.map((task) => task.taskId),
      readEffects(workspace.effects),
    ),
  ];
  const left = leftFiles(workspace.root);
  return {
    good: [
      ...(done.length === 0
        ? [`${tasks.length} tasks: each done one time and reported as completed one time`]
        : []),
      ...(left.length === 0 ? [`no file is left in ${MUST_BE_EMPTY.join(', ')}`] : []),
    ],
    bad: [...done, ...left.map((file) => `${file} is still there`)],
  };
}

/** Tasks that were not reported as completed, one time. */
export function taskDifferences(tasks: readonly TaskRecord[]): string[] {
  return tasks.flatMap(({ taskId, completions }) => {
    if (completions.length !== 1)
      return [`${taskId} was reported as finished ${completions.length} times instead of 1`];
    const [completion] = completions;
    if (completion?.status === 'completed') return [];
    return [`${taskId} ${completion?.status}: ${completion?.results.errors.join('; ')}`];
  });
}

/** Tasks that agents did not do one time, by their own notes; also tasks that nobody knows. */
export function effectDifferences(taskIds: readonly string[], effects: readonly Effect[]): string[] {
  const times = new Map(taskIds.map((taskId) => [taskId, 0]));
  const unknown: string[] = [];
  for (const { task_id: taskId, agent } of effects) {
    const before = times.get(taskId);
    if (before === undefined) unknown.push(`${agent} did ${taskId}, which nobody had asked for`);
    else times.set(taskId, before + 1);
  }
  const wrong = [...times].filter(([, number]) => number !== 1);
  return [...wrong.map(([taskId, number]) => `${taskId} was done ${number} times instead of 1`), ...unknown];
}

/** Every file below the boxes where no message may be left, relative to the messages directory. */
export function leftFiles(root: string): string[] {
  return MUST_BE_EMPTY.flatMap((name) => filesBelow(root, name));
}

function filesBelow(root: string, folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const inside = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return RECORDS.has(inside) ? [] : filesBelow(root, inside);
    // An agent whose name was too long for a directory keeps it in a hidden file; that is no message.
    return entry.name.startsWith('.') && folder !== 'tmp' ? [] : [inside];
  });
}
