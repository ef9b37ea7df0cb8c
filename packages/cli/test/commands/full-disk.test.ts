import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';

/** No process can say that it is alive, as on a full disk: whatever is tried to be taken fails alike, for every message. */
async function withoutSessions(): Promise<string> {
  const cwd = await queueDirectory('coder');
  const tasks = Array.from({ length: 4 }, (_, index) =>
    task({ task_id: `t${index}`, message_id: `m${index}` }),
  );
  await sendMessages(cwd, ...tasks);
  const owners = join(cwd, '.tapps-agents/messages/locks/owners');
  rmSync(owners, { recursive: true, force: true });
  writeFileSync(owners, '');
  return cwd;
}

it.each([
  ['receive', ['receive', '--agent', 'coder']],
  ['work', ['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')]],
])(
  '%s fails with the cause where it could take nothing because of it, and names it each time',
  async (_, argv) => {
    const cwd = await withoutSessions();
    const { exitCode, stderr } = await runCli(argv, { cwd });
    expect(exitCode).toBe(1);
    expect(stderr).not.toMatch(/ERR_BACKGROUND|ERR_UNEXPECTED|There is no message/);
    expect(stderr).toMatch(
      /4 files could not be read or moved; they are tried again\. The first: .*owners.*\(ERR_NOT_A_DIRECTORY\)/s,
    );
    expect(stderr).toContain('next: tapps-mq doctor');
  },
);
