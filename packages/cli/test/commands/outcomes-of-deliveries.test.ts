import { expect, it } from 'vitest';
import { nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';

const AGAIN = ['work', '--agent', 'coder', '--until-empty'];

async function deliveriesOf(cwd: string, id: string): Promise<string | undefined> {
  const { stdout } = await runCli(['inspect', id, '--no-color'], { cwd, columns: 200 });
  return /^ {2}deliveries +(.*)$/m.exec(stdout)?.[1];
}

it('a message that expired was not handed back, dead or replayed; how often it was replayed agrees in number', async () => {
  const cwd = await queueDirectory('coder');
  const stdin = JSON.stringify(task({ message_id: 'late' }));
  await runCli(['send', '-', '--ttl', '1ms'], { cwd, stdin });
  await runCli([...AGAIN, ...nodeCommand('')], { cwd });
  const expired = '1, of which 0 failed, 0 were handed back and 1 was put aside before a handler had it';
  expect(await deliveriesOf(cwd, 'late')).toBe(expired);
  await runCli(['replay', '--yes'], { cwd });
  expect(await deliveriesOf(cwd, 'late')).toBe(expired);
  await runCli([...AGAIN, ...nodeCommand('process.exit(65)')], { cwd });
  expect(await deliveriesOf(cwd, 'late')).toBe(
    '2, of which 1 failed, 0 were handed back and 1 was put aside before a handler had it',
  );
  expect((await runCli(['inspect', 'late'], { cwd })).stdout).toMatch(/, after 1 replay$/m);
  await runCli(['replay', '--yes'], { cwd });
  await runCli([...AGAIN, ...nodeCommand('process.exit(65)')], { cwd });
  expect((await runCli(['inspect', 'late'], { cwd })).stdout).toMatch(/, after 2 replays$/m);
});

it('shows all failures of a dead letter in the table of its agent and in the list of the dead', async () => {
  const cwd = await queueDirectory('coder');
  await sendMessages(cwd, task({ message_id: 'm', retry_policy: { max_retries: 2, backoff_seconds: 0 } }));
  await runCli([...AGAIN, ...nodeCommand('process.exit(1)')], { cwd });
  expect((await runCli(['inspect', 'coder'], { cwd })).stdout).toMatch(/^m .* 3 +3$/m);
  const [listed] = (await runCli(['dlq', 'list', '--json'], { cwd })).json();
  expect(listed).toMatchObject({ failures: 3, reason: { failures: 3 } });
  const kept = await runCli(['replay', '--no-reset-failures', '--yes', '--json'], { cwd });
  expect([kept.exitCode, kept.json()[0]?.['outcome']]).toEqual([1, 'will_fail']);
});
