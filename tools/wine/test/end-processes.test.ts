import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { endProcessesOf, processesOf } from '../src/end-processes.ts';

/** A process that would go on for ever, with a folder as its Windows. */
async function lasting(prefix: string): Promise<{ readonly pid: number; readonly ended: Promise<unknown> }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6); console.log(1)'], {
    env: { WINEPREFIX: prefix },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return { pid: child.pid!, ended };
}

test('only the processes of one Windows are ended, also where Wine itself is not installed', async () => {
  const [ours, others] = ['/nowhere/tapps-wine-a', '/nowhere/tapps-wine-ab'];
  const [one, two, other] = await Promise.all([lasting(ours), lasting(ours), lasting(others)]);
  expect(new Set(processesOf(ours))).toEqual(new Set([one.pid, two.pid]));
  endProcessesOf({ PATH: '/nowhere', WINEPREFIX: ours }, ours);
  await Promise.all([one.ended, two.ended]);
  expect(processesOf(ours)).toEqual([]);
  expect(processesOf(others)).toEqual([other.pid]);
});
