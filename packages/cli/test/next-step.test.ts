import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nextStep } from '../src/next-step.ts';
import { programName } from '../src/session.ts';
import { queueDirectory } from './support/queue-directory.ts';
import { runCli } from './support/run-cli.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const about = (command: string) => ({ agentId: undefined, path: undefined, command });

test('on a full disk it names what makes room, and where that had nothing to remove, what could go besides', () => {
  expect(nextStep('ERR_DISK_FULL', 'tapps-mq', about('purge'))).toBe(
    'tapps-mq gc   (what could go; --yes removes it)',
  );
  expect(nextStep('ERR_DISK_FULL', 'tapps-mq', about('gc'))).toContain(
    'gc --processed-max-age 1h --dlq --dead-max-age 1d',
  );
});

test.each([
  [['purge', 'codr', '-n'], 'agents   (who is known)'],
  [['drain', 'codr', '--timeout', '1ms'], 'agents   (who is known)'],
  [['export', 'q.tar', '--agent', 'codr'], 'agents   (who is known)'],
  [
    ['pause', '--agent', 'codr'],
    'agents   (who is known; or, if this is no slip: PROGRAM agents register codr)',
  ],
  [['pause', '--agent', 'zoe'], 'agents register zoe   (or see who is known: PROGRAM agents)'],
  [
    ['receive', '--agent', 'codr'],
    'agents   (who is known; or, if this is no slip: PROGRAM agents register codr)',
  ],
  [
    ['replay', '--to', 'codr'],
    'agents   (who is known; or, if this is no slip: PROGRAM agents register codr)',
  ],
])('of an agent that nobody knows, %j looks for it in the directory that was named', async (argv, said) => {
  const cwd = await queueDirectory('coder');
  const root = join(cwd, '.tapps-agents', 'messages');
  const { exitCode, stderr } = await runCli(['--root', root, ...argv], { cwd: temporaryDirectory() });
  const program = programName(root);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`next: ${program} ${said.replace('PROGRAM', () => program)}`);
});
