import { expect, it } from 'vitest';
import { nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';

/** What a worker says that starts while its agent is paused, until it is interrupted, or has done all. */
async function workOn(cwd: string, then: (said: string) => Promise<void>): Promise<string> {
  const stop = new AbortController();
  let following: Promise<void> | undefined;
  const { stderr } = await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')], {
    cwd,
    interrupts: { first: stop.signal, second: new AbortController().signal },
    onError: (text) => {
      if (text.includes('paused')) following ??= then(text);
    },
  });
  await following;
  return stderr;
}

it('work on a paused agent says since when, by whom and why, and the command that resumes it, which does', async () => {
  const cwd = await queueDirectory('coder');
  await sendMessages(cwd, task({ message_id: 'm' }));
  await runCli(['pause', '--agent', 'coder', '--note', 'bad deploy'], { cwd });
  const said = await workOn(cwd, async (line) => {
    const command = /next: tapps-mq (.*)\n/.exec(line)?.[1] ?? '';
    expect((await runCli(command.split(' '), { cwd })).stdout).toBe('resumed coder\n');
  });
  expect(said).toMatch(
    /^coder is paused for \d+s, by \S+@\S+ pid \d+: bad deploy\. next: tapps-mq resume --agent coder\ncoder is resumed\n/,
  );
});

it('work while everything is paused names the command that resumes everything', async () => {
  const cwd = await queueDirectory('coder');
  await sendMessages(cwd, task({ message_id: 'm' }));
  await runCli(['pause'], { cwd });
  const said = await workOn(cwd, async () => {
    await runCli(['resume'], { cwd });
  });
  expect(said).toMatch(/^everything is paused for \d+s, by .* pid \d+\. next: tapps-mq resume\n/);
});
