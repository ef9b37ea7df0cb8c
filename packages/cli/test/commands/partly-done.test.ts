import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { denyCall } from '../support/denied-call.ts';
import { queueDirectory, sendMessages, settleAll, task } from '../support/queue-directory.ts';
import { lines, runCli } from '../support/run-cli.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/* Who fails after it has done something ends with 5, and says what it has done: with 1, nothing was. */

const ROOT = '.tapps-agents/messages';

async function withMail(count = 3): Promise<string> {
  const cwd = await queueDirectory('coder', 'reviewer');
  const ids = Array.from({ length: count }, (_, index) => `m-${index}`);
  await sendMessages(cwd, ...ids.map((id) => task({ message_id: id, task_id: id })));
  return cwd;
}

function ready(cwd: string, agent = 'coder'): readonly string[] {
  return fs.readdirSync(join(cwd, ROOT, 'inbox', agent)).sort();
}

async function withDead(): Promise<string> {
  const cwd = await withMail();
  await settleAll(cwd, 'reject');
  return cwd;
}

/** A file in an archive. */
function line(path: string): string {
  return `${JSON.stringify({ path, text: '{}' })}\n`;
}

describe('purge that cannot remove one', () => {
  const PURGE = ['purge', 'coder', '--confirm', 'coder'];

  it('says what it removed, as text and as JSON', async () => {
    const cwd = await withMail();
    const allow = denyCall('unlinkSync', (path) => path.includes('_m-1_'));
    const { exitCode, stdout, stderr } = await runCli(PURGE, { cwd });
    expect([exitCode, stdout]).toEqual([5, 'removed 2 of 3 messages\n']);
    expect(stderr).toMatch(/their ids are in operations\/\S+: tapps-mq purge --log\n/);
    expect(stderr).toMatch(
      /2 messages were removed, but not all: .*_m-1_.*\(ERR_PARTLY_DONE\)\n {2}next: mend that, /s,
    );
    expect(ready(cwd)).toHaveLength(1);

    allow();
    await sendMessages(cwd, task({ message_id: 'm-3', task_id: 'm-3' }));
    denyCall('unlinkSync', (path) => path.includes('_m-1_'));
    const again = await runCli([...PURGE, '--json'], { cwd });
    expect([again.exitCode, again.json()]).toMatchObject([
      5,
      [{ messages: 2, purged: 1, types: { task_assignment: 1 }, operation: expect.any(String) }],
    ]);
    expect(JSON.parse(again.stderr)).toMatchObject({ error: { code: 'ERR_PARTLY_DONE' } });
  });

  it('fails with the cause where it removed none', async () => {
    const cwd = await withMail(1);
    denyCall('unlinkSync', (path) => path.includes('_m-0_'));
    const { exitCode, stdout, stderr } = await runCli(PURGE, { cwd });
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).not.toContain('ERR_PARTLY_DONE');
    expect(ready(cwd)).toHaveLength(1);
  });
});

describe('replay that cannot move some', () => {
  it('says how many went, and how the others do', async () => {
    const cwd = await withDead();
    const allow = denyCall('renameSync', (path) => path.includes('/inbox/coder/') && path.includes('_m-1_'));
    const { exitCode, stdout, stderr } = await runCli(['replay', '--yes'], { cwd });
    expect([exitCode, lines(stdout).length]).toEqual([5, 2]);
    expect(stderr).toMatch(/2 were replayed, but not all: .*\(ERR_PARTLY_DONE\)\n/s);
    expect(stderr).toContain('  next: mend that, then run it again for the others\n');
    allow();
    expect((await runCli(['replay', '--yes'], { cwd })).exitCode).toBe(0);
    expect(ready(cwd)).toHaveLength(3);
  });

  it('can be gone on with where it did not come to its end', async () => {
    const cwd = await withDead();
    const allow = denyCall('renameSync', (path) => path.endsWith('/record.json') && ready(cwd).length > 0);
    const { exitCode, stdout, stderr } = await runCli(['replay', '--yes'], { cwd });
    expect([exitCode, lines(stdout).length]).toEqual([5, 3]);
    const [, next = ''] =
      /next: mend that, then go on: tapps-mq (replay --resume \S+ --yes)\n/.exec(stderr) ?? [];
    allow();
    expect((await runCli(next.split(' '), { cwd })).exitCode).toBe(0);
  });
});

it('import of an archive that is damaged after a while says what it has taken in', async () => {
  const cwd = temporaryDirectory();
  const all = Array.from({ length: 250 }, (_, index) => line(`processed/inbox/coder/w/t/m-${index}.json`));
  fs.writeFileSync(join(cwd, 'q.ndjson'), `${all.join('')}{"path":`);
  const preview = await runCli(['import', 'q.ndjson', '-n'], { cwd });
  expect([preview.exitCode, preview.stdout]).toEqual([1, '']);
  const { exitCode, stderr, json } = await runCli(['import', 'q.ndjson', '--json'], { cwd });
  expect([exitCode, json()]).toMatchObject([5, [{ restored: 200, present: 0 }]]);
  expect(JSON.parse(stderr)).toMatchObject({
    error: {
      code: 'ERR_PARTLY_DONE',
      message: expect.stringMatching(/^200 files were taken in, but not all: /),
    },
  });
  expect(fs.readdirSync(join(cwd, ROOT, 'processed/inbox/coder/w/t'))).toHaveLength(200);
});

it('import that fails between two files counts those that are in', async () => {
  const cwd = temporaryDirectory();
  fs.writeFileSync(
    join(cwd, 'q.ndjson'),
    ['a', 'b', 'c'].map((id) => line(`inbox/coder/${id}.json`)).join(''),
  );
  denyCall('renameSync', (path) => path.endsWith('/c.json'));
  const { exitCode, stdout } = await runCli(['import', 'q.ndjson'], { cwd });
  expect([exitCode, stdout]).toEqual([5, expect.stringContaining('took in 2 files')]);
  expect(ready(cwd)).toEqual(['a.json', 'b.json']);
});

it.skipIf(process.platform === 'win32')(
  'work whose command is gone after a while says how many are done [Windows has no POSIX shell]',
  async () => {
    const cwd = await withMail(2);
    fs.writeFileSync(join(cwd, 'once'), '#!/bin/sh\nrm "$0"\n', { mode: 0o755 });
    const { exitCode, stdout, stderr } = await runCli(
      ['work', '--agent', 'coder', '--until-empty', '--exec', join(cwd, 'once')],
      { cwd },
    );
    expect([exitCode, stdout]).toEqual([5, expect.stringMatching(/^done m-\d\n/)]);
    expect(stderr).toMatch(
      /1 done, but not all: Cannot run .*once: there is no such command\..*\(ERR_PARTLY_DONE\)/s,
    );
  },
);
