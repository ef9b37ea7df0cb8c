import { expect, it } from 'vitest';
import { counted, were } from '../../src/render/counted.ts';
import { nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';

it('agrees in number', () => {
  expect([0, 1, 2].map((number) => counted(number, 'message'))).toEqual([
    '0 messages',
    '1 message',
    '2 messages',
  ]);
  expect([1, 2].map((number) => counted(number, 'file was', 'files were'))).toEqual([
    '1 file was',
    '2 files were',
  ]);
  expect([1, 2].map(were)).toEqual(['1 was', '2 were']);
});

it('does so in what is removed, and in what the ledger has', async () => {
  const cwd = await queueDirectory('coder');
  await sendMessages(cwd, task({ message_id: 'm' }));
  expect((await runCli(['purge', 'coder'], { cwd })).stdout).toBe(
    'would remove 1 waiting message in inbox/coder (1 task_assignment)\n',
  );
  await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')], { cwd });
  await sendMessages(cwd, task({ message_id: 'm' }));
  expect((await runCli(['doctor'], { cwd })).stdout).toContain(
    '1 message that, by the ledger, is finished already: sent more than once',
  );
});
