import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundledForAll, start } from './support/bundled-cli.ts';
import { withDeadLetters } from './support/dead-letters.ts';
import { nodeCommand, queueDirectory, sendMessages, task } from './support/queue-directory.ts';
import { runCli } from './support/run-cli.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const cli = bundledForAll();

const HANGS =
  "process.on('SIGTERM', () => console.error('asked to end')); setInterval(() => {}, 1000); console.error('hanging as ' + process.pid)";

async function inspected(cwd: string): Promise<unknown> {
  return (await runCli(['inspect', '--json'], { cwd })).json()[0];
}

describe('the program as a process', () => {
  it('ends with the documented codes', async () => {
    const cwd = temporaryDirectory();
    const codeOf = async (...argv: readonly string[]): Promise<number | null> =>
      (await start(cli, argv, { cwd }).ended).exitCode;
    const codes = await Promise.all([codeOf('--version'), codeOf('inspect'), codeOf('inspct')]);
    expect(codes).toEqual([0, 1, 2]);
    expect(await codeOf('init')).toBe(0);
    expect(await codeOf('replay')).toBe(3);
  });

  it('reads standard input, and keeps data and remarks apart', async () => {
    const cwd = await queueDirectory('coder');
    const { exitCode, stdout, stderr } = await start(cli, ['send', '-'], {
      cwd,
      stdin: JSON.stringify(task({ message_id: 'one' })),
    }).ended;
    expect([exitCode, stdout, stderr]).toEqual([0, 'queued one in the inbox of coder\n', '']);
  });

  it('sends all there is to send, also where whoever reads its report leaves', async () => {
    const cwd = await queueDirectory('coder');
    // Several batches: who noticed at the first that nobody reads would have others to leave out.
    const stdin = Array.from({ length: 600 }, (_, index) =>
      JSON.stringify(task({ message_id: `m${index}` })),
    ).join('\n');
    const running = start(cli, ['send', '-', '--durability', 'none'], { cwd, stdin });
    running.child.stdout?.destroy();
    const { exitCode, stderr } = await running.ended;
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(readdirSync(join(cwd, '.tapps-agents/messages/inbox/coder'))).toHaveLength(600);
    expect(readdirSync(join(cwd, '.tapps-agents/messages/tmp'))).toEqual([]);
  });

  it('works to the end that was asked for without a reader, and where none was asked for, stops', async () => {
    const cwd = await queueDirectory('coder');
    const tasks = Array.from({ length: 3 }, (_, index) => task({ task_id: `t${index}` }));
    await sendMessages(cwd, ...tasks);
    const work = ['work', '--agent', 'coder', '--concurrency', '2'];
    const bounded = start(cli, [...work, '--until-empty', ...nodeCommand('')], { cwd });
    bounded.child.stdout?.destroy();
    expect((await bounded.ended).exitCode).toBe(0);
    expect(await inspected(cwd)).toMatchObject({
      boxes: expect.arrayContaining([expect.objectContaining({ kind: 'inbox', ready: 0, leased: 0 })]),
    });
    await sendMessages(
      cwd,
      ...tasks.map((one) => ({ ...one, message_id: `${String(one['task_id'])}-again` })),
    );
    const endless = start(cli, [...work, ...nodeCommand('')], { cwd });
    endless.child.stdout?.destroy();
    const { exitCode, stderr } = await endless.ended;
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('nobody reads its output')]);
  });

  it('says that its output cannot be written, and of no interrupt', async ({ skip }) => {
    skip(!existsSync('/dev/full'), 'there is no device that is always full');
    const cwd = await withDeadLetters(3);
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [cli.path, 'dlq', 'list', '--json'], {
      cwd,
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect([status, stderr]).toEqual([1, expect.stringContaining('could not be written (ENOSPC)')]);
    expect(stderr).not.toContain('nterrupted');
  });

  it('ends by its own code where what it remarks cannot be written', async ({ skip }) => {
    skip(!existsSync('/dev/full'), 'there is no device that is always full');
    const cwd = await queueDirectory('coder');
    const full = openSync('/dev/full', 'w');
    const withFullLog = (argv: readonly string[]): readonly [number | null, string] => {
      const { status, stdout } = spawnSync(process.execPath, [cli.path, ...argv], {
        cwd,
        stdio: ['ignore', 'pipe', full],
        encoding: 'utf8',
      });
      return [status, stdout];
    };
    expect(withFullLog(['inspect', '-v'])).toEqual([0, expect.stringContaining('inbox/coder')]);
    await sendMessages(cwd, task({ message_id: 'a' }), task({ message_id: 'b', task_id: 'b' }));
    const talks = nodeCommand("console.error('begun')");
    expect(withFullLog(['work', '--agent', 'coder', '--until-empty', ...talks])).toEqual([
      0,
      'done a\ndone b\n',
    ]);
    closeSync(full);
  });
});

const noSignals = 'Windows has no signals: whoever is told to end is ended';

describe('signals', () => {
  it.for(['SIGINT', 'SIGTERM'] as const)(
    '%s lets the command in hand finish, and takes no other message',
    async (signal, { skip }) => {
      skip(process.platform === 'win32', noSignals);
      const cwd = await queueDirectory('coder');
      await sendMessages(
        cwd,
        task({ task_id: 'a', message_id: 'a' }),
        task({ task_id: 'b', message_id: 'b' }),
      );
      const go = join(cwd, 'go');
      const script = `console.error('started'); const look = setInterval(() => { if (require('fs').existsSync(${JSON.stringify(go)})) clearInterval(look); }, 5)`;
      const running = start(cli, ['work', '--agent', 'coder', ...nodeCommand(script)], { cwd });
      await running.said('started');
      running.child.kill(signal);
      await running.said('Stopping');
      writeFileSync(go, '');
      const { exitCode, stdout } = await running.ended;
      expect([exitCode, stdout]).toEqual([130, 'done a\n']);
      expect(await inspected(cwd)).toMatchObject({
        boxes: expect.arrayContaining([expect.objectContaining({ kind: 'inbox', ready: 1, leased: 0 })]),
      });
    },
  );

  it('a second one kills the command at once, and hands the message back without blame', async ({ skip }) => {
    skip(process.platform === 'win32', noSignals);
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'a' }));
    const running = start(cli, ['work', '--agent', 'coder', ...nodeCommand(HANGS)], { cwd });
    await running.said('hanging as ');
    running.child.kill('SIGINT');
    await running.said('Stopping');
    running.child.kill('SIGINT');
    const { exitCode, stdout, stderr } = await running.ended;
    expect([exitCode, stdout]).toEqual([130, 'handed back a: this worker stops\n']);
    expect(stderr).not.toContain('asked to end');
    expect(() => process.kill(Number(/hanging as (\d+)/.exec(stderr)?.[1]), 0)).toThrow(/ESRCH/);
    expect((await runCli(['inspect', 'a', '--json'], { cwd })).json()[0]).toMatchObject({
      state: 'ready',
      failures: 0,
      releases: 1,
    });
  });

  it('a worker that is killed loses nothing: another takes its message over', async ({ skip }) => {
    const provesDeath = process.platform === 'linux' || process.platform === 'win32';
    skip(
      !provesDeath,
      'only Linux and Windows prove that a process is dead; elsewhere its lease has to run out',
    );
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'a' }));
    const killed = start(cli, ['work', '--agent', 'coder', ...nodeCommand(HANGS)], { cwd });
    await killed.said('hanging as ');
    killed.child.kill('SIGKILL');
    const { stderr } = await killed.ended;
    process.kill(Number(/hanging as (\d+)/.exec(stderr)?.[1]), 'SIGKILL');

    const shown = await runCli(['inspect'], { cwd });
    expect(shown.stdout).toContain(`held by a process that is gone (pid ${killed.child.pid}`);
    const second = await start(
      cli,
      [
        'work',
        '--agent',
        'coder',
        '--until-empty',
        ...nodeCommand('console.log(process.env.TAPPS_MQ_DELIVERY)'),
      ],
      { cwd },
    ).ended;
    expect(second.exitCode).toBe(0);
    expect(second.stdout).toMatch(/^taken back a: its worker is gone \(pid \d+\)\ndone a\n$/);
    expect(
      readdirSync(join(cwd, '.tapps-agents/messages/dlq'), { recursive: true, withFileTypes: true }).filter(
        (entry) => entry.isFile(),
      ),
    ).toEqual([]);
    expect(existsSync(join(cwd, '.tapps-agents/messages/layout.json'))).toBe(true);
  });
});
