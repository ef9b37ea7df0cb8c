import { statusUpdate, taskComplete } from '@tapps-agents/contracts';
import { describe, expect, it } from 'vitest';
import { TaskBoard } from '../src/task-board.ts';

const about = { agent_id: 'analyst', workflow_id: 'w' };

describe('TaskBoard', () => {
  it('counts a task as done with its first completion, and keeps them all', () => {
    const board = new TaskBoard();
    board.expect('a', 'a.ts');
    board.expect('b', 'b.ts');
    for (let copy = 0; copy < 2; copy += 1) {
      board.recordCompletion(taskComplete({ ...about, task_id: 'a', status: 'completed' }));
    }
    expect([board.done, board.total]).toEqual([1, 2]);
    expect(board.records()[0]?.completions).toHaveLength(2);
  });

  it('wakes those who wait when something has changed', async () => {
    const board = new TaskBoard();
    board.expect('a', 'a.ts');
    const waiting = board.until(() => board.status('a', 'holding'), new AbortController().signal);
    const update = statusUpdate({ ...about, task_id: 'a', status: 'in_progress', current_step: 'holding' });
    board.recordStatus(update);
    await expect(waiting).resolves.toBe(update);
    expect(board.currentStep).toBe('holding');
  });

  it('ends the waiting with the reason of the signal', async () => {
    const stop = new AbortController();
    const waiting = new TaskBoard().until(() => undefined, stop.signal);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  it('remembers what nobody had asked for', () => {
    const board = new TaskBoard();
    board.recordCompletion(taskComplete({ ...about, task_id: 'x', status: 'completed' }));
    expect(board.strays).toEqual(['a completion of x']);
  });
});
