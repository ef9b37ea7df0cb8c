import { expect, it } from 'vitest';
import { withDeadLetters } from '../support/dead-letters.ts';
import { nodeCommand } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';

it('takes by an id that is whole no others that begin like it', async () => {
  const cwd = await withDeadLetters(11); // m-0 to m-10
  const ids = async (...argv: string[]): Promise<unknown[]> =>
    (await runCli([...argv, '--json'], { cwd })).json().map((one) => one['message_id']);
  expect(await ids('dlq', 'list', '--id', 'm-1')).toEqual(['m-1']);
  expect(await ids('replay', '--id', 'm-1', '--yes')).toEqual(['m-1']);
  // Where nobody has it, it is a beginning.
  expect(await ids('dlq', 'list', '--id', 'm-1')).toEqual(['m-10']);
  expect(await ids('replay', '--id', 'm-1', '--yes')).toEqual(['m-10']);
  expect((await runCli(['purge', 'coder', '--id', 'm-1'], { cwd })).stdout).toMatch(/would remove 1 /);
  await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')], { cwd });
  expect(await ids('replay', '--from', 'processed', '--id', 'm-1', '--force-reprocess')).toEqual(['m-1']);
});
