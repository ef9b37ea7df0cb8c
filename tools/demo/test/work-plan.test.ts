import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planWork } from '../src/work-plan.ts';

describe('planWork', () => {
  it('gives every file one task, sets three aside, and never uses an id twice', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}(\/[a-z]{1,4})?\.ts$/), { minLength: 1 }),
        (paths) => {
          const { bulk, victims } = planWork(paths);
          const tasks = [...bulk, ...victims];
          expect(victims).toHaveLength(3);
          expect(tasks).toHaveLength(Math.max(3, paths.length));
          expect(new Set(tasks.map((task) => task.taskId)).size).toBe(tasks.length);
          expect(new Set(tasks.map((task) => task.path))).toEqual(new Set(paths));
        },
      ),
    );
  });

  it('names tasks so that the ledger can be read, without control characters', () => {
    expect(planWork(['src/a\n.ts', 'b.ts', 'c.ts', 'd.ts']).bulk).toEqual([
      { taskId: String.raw`001-a\u000a.ts`, path: 'src/a\n.ts' },
    ]);
  });
});
