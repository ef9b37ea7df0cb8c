import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { denyCall } from '../support/denied-call.ts';
import { queueDirectory, task } from '../support/queue-directory.ts';
import { lines, runCli } from '../support/run-cli.ts';

const INBOX = '.tapps-agents/messages/inbox';

const UPDATE = {
  message_type: 'status_update',
  workflow_id: 'w',
  task_id: 't',
  agent_id: 'me',
  status: 'in_progress',
};

function oneALine(...messages: readonly unknown[]): string {
  return messages.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n');
}

describe('send of many that fails on the way', () => {
  it('tells of what is sent, also where it goes with another durability, and which lines are not', async () => {
    const cwd = await queueDirectory('coder');
    denyCall('renameSync', (path) => path.includes('/outbox/me/'));
    const stdin = oneALine(UPDATE, task(), '', UPDATE, UPDATE, task({ task_id: 't2' }));
    const { exitCode, stdout, stderr } = await runCli(['send', '-'], { cwd, stdin });
    expect([exitCode, lines(stdout).length]).toEqual([5, 2]);
    expect(fs.readdirSync(join(cwd, INBOX, 'coder'))).toHaveLength(2);
    expect(stderr).toMatch(/^tapps-mq: 2 were sent, but not all: .*outbox.*\(ERR_PARTLY_DONE\)$/m);
    expect(stderr).toContain(
      '  next: mend that, then send the others: lines 1, 4-5, and what comes after line 6\n',
    );
  });

  it('names the one that failed among those that are flushed together', async () => {
    const cwd = await queueDirectory('coder');
    denyCall('renameSync', (path) => path.includes('/inbox/coder/') && path.includes('_m2_'));
    const stdin = oneALine(...['m1', 'm2', 'm3'].map((id) => task({ message_id: id, task_id: id })));
    const { exitCode, stderr } = await runCli(['send', '-', '--json'], { cwd, stdin });
    expect(exitCode).toBe(5);
    expect(JSON.parse(lines(stderr).at(-1) ?? '')).toMatchObject({
      error: {
        code: 'ERR_PARTLY_DONE',
        next: expect.stringContaining('send the others: line 2, and what comes after line 3'),
      },
    });
  });

  it('fails with the cause where nothing was sent', async () => {
    const cwd = await queueDirectory('coder');
    denyCall('renameSync', (path) => path.includes('/inbox/coder/'));
    const { exitCode, stdout, stderr } = await runCli(['send', '-'], {
      cwd,
      stdin: oneALine(task(), task()),
    });
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).not.toContain('ERR_PARTLY_DONE');
    const badOption = await runCli(['send', '-', '--ttl', '9999d'], { cwd, stdin: oneALine(task(), task()) });
    expect([badOption.exitCode, badOption.stdout]).toEqual([2, '']);
  });

  it('does not have sent again what is there, only perhaps not for good', async () => {
    const cwd = await queueDirectory('coder');
    const { ino } = fs.statSync(join(cwd, INBOX, 'coder'));
    const { fsync } = fs;
    const spy = vi.spyOn(fs, 'fsync').mockImplementation((descriptor, done) => {
      if (fs.fstatSync(descriptor).ino !== ino) fsync(descriptor, done);
      else done(Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' }));
    });
    onTestFinished(() => spy.mockRestore());
    const { stdout, stderr } = await runCli(['send', '-'], { cwd, stdin: oneALine(task(), task()) });
    expect(fs.readdirSync(join(cwd, INBOX, 'coder'))).toHaveLength(2);
    expect(stdout).toBe('');
    for (const line of [1, 2])
      expect(stderr).toContain(`standard input, line ${line} is in its box, but the disk`);
    expect(stderr).not.toContain('send the others');
  });
});

it('send tells of each message in the order in which they were given', async () => {
  const cwd = await queueDirectory('coder');
  const told: string[] = [];
  const tell = (text: string): void => void told.push(text);
  const stdin = oneALine(
    task({ message_id: 'a' }),
    '{"message_type":',
    task({ message_id: 'c', assigned_to: 'nobody' }),
    { ...UPDATE, message_id: 'd' },
    task({ message_id: 'e' }),
  );
  await runCli(['send', '-'], { cwd, stdin, onOutput: tell, onError: tell });
  expect(told.map((text) => /^queued (\w)|line (\d)/.exec(text)?.slice(1).join('') ?? 'end')).toEqual([
    'a',
    '2',
    '3',
    'd',
    'e',
    'end',
  ]);
});
