import { MAX_MESSAGE_BYTES } from '@tapps-agents/contracts';
import { expect, it } from 'vitest';
import { dropFile, nodeCommand, queueDirectory } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';

it('says of a message that is too large to be read how large it is, and marks nothing in it', async () => {
  const cwd = await queueDirectory('coder');
  dropFile(cwd, 'coder', 'large.json', ' '.repeat(MAX_MESSAGE_BYTES + 7));
  await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')], { cwd });
  const [letter] = (await runCli(['dlq', 'list', '--json'], { cwd })).json();
  const { stdout } = await runCli(['dlq', 'show', String(letter?.['entry_id'])], { cwd });
  expect(stdout).toMatch(/content, which is no valid message\n {2}not read, as it is too large: .*bytes/);
  expect(stdout).not.toContain('no JSON');
});
