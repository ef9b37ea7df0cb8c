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

it('says of a waiting message whose content cannot be read why that is, and where to look', async () => {
  const cwd = await queueDirectory('coder');
  const name = '20261129T215954_687Z_m_task_assignment~p1~uihc7i.json';
  dropFile(cwd, 'coder', name, ' '.repeat(MAX_MESSAGE_BYTES + 7));
  const { exitCode, stdout, stderr } = await runCli(['inspect', 'm'], { cwd });
  expect(stdout).toMatch(/\ncontent\n {2}cannot be read: .*EFBIG.*\n$/);
  expect(stdout).not.toMatch(/no JSON|no valid message/);
  expect(stderr).toMatch(
    process.platform === 'win32' ? /^next: icacls / : /^next: ls -ld .*_m_task_assignment/,
  );
  expect(exitCode).toBe(5);
  const [report] = (await runCli(['inspect', 'm', '--json'], { cwd })).json();
  expect(report).toMatchObject({
    message: null,
    content: null,
    content_fault: expect.stringContaining('EFBIG'),
  });
});
