import { expect, it } from 'vitest';
import { withDeadLetters } from '../support/dead-letters.ts';
import { runCli } from '../support/run-cli.ts';

it.each([
  [['dlq']],
  [['dlq', 'list']],
  [['replay']],
  [['replay', '--yes']],
  [['purge', 'coder', '--dlq', '--confirm', 'coder']],
])('%j --type of which there is none says which types there are', async (argv) => {
  const cwd = await withDeadLetters(1);
  const unknown = await runCli([...argv, '--type', 'task_assignmnt'], { cwd });
  expect(unknown.exitCode).toBe(3);
  expect(unknown.stderr).toContain(
    'None is of the type task_assignmnt; there are: task_assignment. Did you mean task_assignment?',
  );
  // Another condition is not met: then it is not the type that is wrong.
  const other = await runCli([...argv, '--type', 'task_assignment', '--workflow', 'other'], { cwd });
  expect([other.exitCode, other.stderr]).toEqual([3, expect.not.stringContaining('there are')]);
});
