import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serializeMessage, taskAssignment, type TaskAssignment } from '@tapps-agents/contracts';
import type { Queue } from '../../src/index.ts';

/** A task of workflow `w` from `boss` to `coder`, unless it is to be another. */
export function task(input: Partial<Parameters<typeof taskAssignment>[0]> = {}): TaskAssignment {
  return taskAssignment({
    agent_id: 'boss',
    assigned_to: 'coder',
    workflow_id: 'w',
    task_id: 't',
    ...input,
  });
}

/** The bytes of a task's file, with some fields as no builder would make them; undefined leaves a field out. */
export function taskText(fields: Readonly<Record<string, unknown>> = {}): string {
  const base = JSON.parse(serializeMessage(task())) as Record<string, unknown>;
  return JSON.stringify({ ...base, ...fields });
}

/** Puts a file into a directory as an outside writer does: written elsewhere, renamed into place. */
export function drop(root: string, path: string, content: string | Uint8Array): void {
  const temporary = join(root, 'tmp', `outside-${path.replaceAll('/', '-').slice(-80)}.tmp`);
  writeFileSync(temporary, content);
  mkdirSync(join(root, path, '..'), { recursive: true });
  renameSync(temporary, join(root, path));
}

/** How many messages are in each state, over all boxes: `{ ready, delayed, leased, dead, unadopted }`. */
export async function counts(mq: Queue): Promise<Record<string, number>> {
  const totals: Record<string, number> = { ready: 0, delayed: 0, leased: 0, dead: 0, unadopted: 0 };
  for (const box of (await mq.operations.inspect()).boxes) {
    totals['ready'] = (totals['ready'] ?? 0) + box.ready;
    totals['delayed'] = (totals['delayed'] ?? 0) + box.delayed;
    totals['leased'] = (totals['leased'] ?? 0) + box.leased;
    totals['dead'] = (totals['dead'] ?? 0) + box.dead;
    totals['unadopted'] = (totals['unadopted'] ?? 0) + box.unadopted;
  }
  return totals;
}
