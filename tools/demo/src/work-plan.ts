import path from 'node:path';
import { printable } from './printable.ts';
import type { Victim } from './incidents/stage.ts';

/** Which tasks there are: one per file, three of them set aside for what is to go wrong. */
export interface WorkPlan {
  /** Sent together, at the start. */
  readonly bulk: readonly Victim[];
  /** One task for each incident; further tasks on the same files where there are fewer than three files. */
  readonly victims: readonly [Victim, Victim, Victim];
}

const INCIDENTS = 3;

/**
 * Plans the tasks for these files. The ids are numbered and end in the file's name, so that the ledger can be read;
 * the files of the incidents are spread over the list.
 */
export function planWork(paths: readonly string[]): WorkPlan {
  const [first] = paths;
  if (first === undefined) throw new RangeError('There is nothing to plan without files.');
  const tasks = paths.map((file, index) => taskFor(file, index + 1));
  while (tasks.length < INCIDENTS) tasks.push(taskFor(first, tasks.length + 1));
  // Of three or more tasks these are always three different ones.
  const [killed, doubled, broken] = [0.25, 0.5, 0.75].map((share) => tasks[Math.floor(tasks.length * share)]);
  if (killed === undefined || doubled === undefined || broken === undefined)
    throw new RangeError('unreachable');
  const victims: WorkPlan['victims'] = [killed, doubled, broken];
  return { bulk: tasks.filter((task) => !victims.includes(task)), victims };
}

function taskFor(file: string, number: number): Victim {
  return { taskId: `${String(number).padStart(3, '0')}-${printable(path.posix.basename(file))}`, path: file };
}
