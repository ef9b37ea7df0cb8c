import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundledForAll, start } from './support/bundled-cli.ts';
import { queueDirectory, sendMessages, task } from './support/queue-directory.ts';
import { runCli } from './support/run-cli.ts';

const cli = bundledForAll();

const RECEIVE = ['receive', '--agent', 'coder', '--json'];

function handleIn(stdout: string): string {
  return (JSON.parse(stdout) as { handle: string }).handle;
}

describe('a message taken by hand, in processes of their own', () => {
  it('is held when its process has ended, and finished by another', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'one' }));
    const taken = await start(cli, RECEIVE, { cwd }).ended;
    expect([taken.exitCode, taken.stderr]).toEqual([0, '']);
    expect((await start(cli, RECEIVE, { cwd }).ended).exitCode).toBe(3);
    const acked = await start(cli, ['ack', handleIn(taken.stdout)], { cwd }).ended;
    expect(acked).toMatchObject({ exitCode: 0, stdout: 'done one\n' });
    expect((await start(cli, ['ack', handleIn(taken.stdout)], { cwd }).ended).exitCode).toBe(1);
    expect(readdirSync(join(cwd, '.tapps-agents/messages/locks/owners'))).toEqual([]);
  });

  it('waits for one, and of several that wait one gets it', async () => {
    const cwd = await queueDirectory('coder');
    const waiting = [1, 2, 3].map(() => start(cli, [...RECEIVE, '--wait', '15s', '-q'], { cwd }));
    await sendMessages(cwd, task({ message_id: 'one' }));
    const first = await Promise.race(waiting.map(({ ended }) => ended));
    expect(first.exitCode).toBe(0);
    for (const { child } of waiting) child.kill('SIGINT');
    const results = await Promise.all(waiting.map(({ ended }) => ended));
    expect(results.filter(({ stdout }) => stdout !== '')).toHaveLength(1);
    expect((await runCli(['ack', handleIn(first.stdout)], { cwd })).exitCode).toBe(0);
  });

  it('comes back after its lease, to whichever process looks next, when its holder was killed', async ({
    skip,
  }) => {
    skip(process.platform !== 'linux', 'elsewhere whoever takes it over has to watch it for its whole time');
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'one' }));
    const killed = start(cli, [...RECEIVE, '--lease', '2s', '--count', '2', '--wait', '60s'], { cwd });
    await killed.said('"handle"');
    killed.child.kill('SIGKILL');
    const { signal, stdout } = await killed.ended;
    expect(signal).toBe('SIGKILL');
    expect((await runCli(['inspect', 'one', '--json'], { cwd })).json()[0]).toMatchObject({
      state: 'leased',
      holder: { detached: true },
    });
    const next = await start(cli, [...RECEIVE, '--wait', '20s'], { cwd }).ended;
    expect(JSON.parse(next.stdout)).toMatchObject({ delivery: 2, message: { message_id: 'one' } });
    const late = await start(cli, ['ack', handleIn(stdout)], { cwd }).ended;
    expect(late.exitCode).toBe(1);
    expect(late.stderr).toContain('(ERR_LEASE_LOST)');
    expect((await runCli(['ack', handleIn(next.stdout)], { cwd })).exitCode).toBe(0);
  });

  it('goes back when nobody reads its handle', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'one' }));
    const running = start(cli, RECEIVE, { cwd });
    running.child.stdout?.destroy();
    await running.ended;
    expect((await runCli(['inspect', 'one', '--json'], { cwd })).json()[0]).toMatchObject({
      state: 'ready',
      failures: 0,
    });
  });
});
