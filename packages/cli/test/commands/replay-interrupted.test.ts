import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openQueue, reject } from '@tapps-agents/queue';
import { describe, expect, it } from 'vitest';
import { bundledForAll, start } from '../support/bundled-cli.ts';
import { nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { lines, runCli } from '../support/run-cli.ts';

const cli = bundledForAll();

const REFUSE = nodeCommand('process.exit(65)');

describe('a replay', () => {
  it('stops when interrupted, and says how far it came', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ task_id: 'a' }), task({ task_id: 'b' }), task({ task_id: 'c' }));
    await runCli(['work', '--agent', 'coder', '--until-empty', ...REFUSE], { cwd });
    const first = new AbortController();
    const { exitCode, stdout, stderr } = await runCli(['replay', '--rate', '10/s', '--yes'], {
      cwd,
      interrupts: { first: first.signal, second: new AbortController().signal },
      onOutput: () => first.abort(),
    });
    expect(exitCode).toBe(130);
    expect(lines(stdout)).toHaveLength(1);
    expect(stderr).toContain('Interrupted; 1 was replayed');
    expect(readdirSync(join(cwd, '.tapps-agents/messages/tmp'))).toEqual([]);
    expect(lines((await runCli(['dlq', 'list', '--json'], { cwd })).stdout)).toHaveLength(2);
    // What is done together is done when the interrupt comes, and then there is nothing to go on with.
    const second = new AbortController();
    const done = await runCli(['replay', '--yes'], {
      cwd,
      interrupts: { first: second.signal, second: new AbortController().signal },
      onOutput: () => second.abort(),
    });
    expect([done.exitCode, done.stderr]).toEqual([0, expect.stringContaining('2 replayed')]);
  });

  it('is done to its end when only the reader of its report leaves', async () => {
    const cwd = await queueDirectory('coder');
    const root = join(cwd, '.tapps-agents/messages');
    await sendMessages(cwd, ...Array.from({ length: 350 }, (_, index) => task({ task_id: `t${index}` })));
    await using queue = await openQueue({ root, agent: 'coder', retention: false });
    await queue.work({ task_assignment: () => reject('no') }, { untilEmpty: true, concurrency: 50 }).done;
    const running = start(cli, ['replay', '--agent', 'coder', '--yes'], { cwd });
    running.child.stdout?.once('data', () => running.child.stdout?.destroy());
    const { exitCode, stderr } = await running.ended;
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('350 replayed')]);
    expect(readdirSync(join(root, 'dlq/inbox/coder'))).toEqual([]);
    expect(readdirSync(join(root, 'inbox/coder'))).toHaveLength(350);
    const log = (await runCli(['replay', '--log', '--json'], { cwd })).json();
    expect(log).toMatchObject([{ tally: { replayed: 350 }, ended_at: expect.any(String) }]);
  });
});
