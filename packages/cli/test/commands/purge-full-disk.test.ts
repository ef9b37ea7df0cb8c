import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';

afterEach(() => void vi.restoreAllMocks());

/** From now on there is room for a new file only where this says so. */
function fillDisk(hasRoom: () => boolean): void {
  const open = fs.openSync;
  vi.spyOn(fs, 'openSync').mockImplementation((path, flags, mode) => {
    if (typeof flags === 'number' && (flags & fs.constants.O_CREAT) !== 0 && !hasRoom())
      throw Object.assign(new Error('ENOSPC: no space left on device, open'), { code: 'ENOSPC' });
    return open(path, flags, mode);
  });
}

async function withMail(): Promise<string> {
  const cwd = await queueDirectory('coder');
  await sendMessages(cwd, ...['a', 'b'].map((id) => task({ message_id: id, task_id: id })));
  return cwd;
}

const PURGE = ['purge', 'coder', '--confirm', 'coder'];

function ready(cwd: string): number {
  return fs.readdirSync(join(cwd, '.tapps-agents/messages/inbox/coder')).length;
}

it('purge works on a full disk, and has its record once what went has made room', async () => {
  const cwd = await withMail();
  fillDisk(() => ready(cwd) === 0);
  const { exitCode, stdout, stderr } = await runCli(PURGE, { cwd });
  expect([exitCode, stdout]).toEqual([0, 'removed 2 of 2 messages\n']);
  expect(stderr).toMatch(/their ids are in operations\/\S+: tapps-mq purge --log\n$/);
  expect((await runCli(['purge', '--log', '--json'], { cwd })).json()).toMatchObject([
    { total: 2, tally: { purged: 2 } },
  ]);
});

it('purge says that its record is missing where the disk stays full', async () => {
  const cwd = await withMail();
  fillDisk(() => false);
  const { exitCode, stderr, json } = await runCli([...PURGE, '--json'], { cwd });
  expect([exitCode, ready(cwd)]).toEqual([0, 0]);
  expect(json()).toMatchObject([{ purged: 2, operation: null }]);
  expect(stderr).toMatch(/^\{"warning":\{"code":"ERR_DISK_FULL","message":"The disk was full to the last, /);
});
