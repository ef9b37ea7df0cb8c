import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openQueue } from '@tapps-agents/queue';
import { contents } from '../support/contents.ts';
import { nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';
import { tree } from '../support/tree.ts';

const ROOT = '.tapps-agents/messages';

async function withMail(): Promise<string> {
  const cwd = await queueDirectory('coder', 'other');
  await sendMessages(cwd, task({ message_id: 'a' }), task({ message_id: 'b', task_id: 't2' }));
  await sendMessages(cwd, task({ assigned_to: 'other', message_id: 'c' }));
  return cwd;
}

describe('purge', () => {
  it('says what would go, and removes it only when the name is typed again', async () => {
    const cwd = await withMail();
    const before = tree(join(cwd, ROOT));
    const preview = await runCli(['purge', 'coder'], { cwd });
    expect([preview.exitCode, preview.stdout]).toEqual([
      0,
      'would remove 2 waiting messages in inbox/coder (2 task_assignment)\n',
    ]);
    expect(preview.stderr).toContain('--confirm coder');
    const wrong = await runCli(['purge', 'coder', '--confirm', 'other'], { cwd });
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('Nothing was removed')]);
    expect(tree(join(cwd, ROOT))).toEqual(before);
    const done = await runCli(['purge', 'coder', '--confirm', 'coder', '--json'], { cwd });
    expect(done.json()[0]).toMatchObject({ dry_run: false, messages: 2, purged: 2, gone: 0 });
    expect(readdirSync(join(cwd, ROOT, 'inbox/coder'))).toEqual([]);
    expect(readdirSync(join(cwd, ROOT, 'inbox/other'))).toHaveLength(1);
    expect((await runCli(['purge', '--log', '--id', 'a', '--json'], { cwd })).json()).toMatchObject([
      { kind: 'purge', tally: { purged: 2 } },
    ]);
    expect((await runCli(['purge', 'coder', '--confirm', 'coder'], { cwd })).exitCode).toBe(3);
  });

  it('puts them into a file first, which brings them back', async () => {
    const cwd = await withMail();
    const before = contents(join(cwd, ROOT, 'inbox'));
    writeFileSync(join(cwd, 'taken.tar'), '');
    const failed = await runCli(['purge', 'coder', '--confirm', 'coder', '--export', 'taken.tar'], { cwd });
    expect([failed.exitCode, failed.stderr]).toEqual([1, expect.stringContaining('ERR_FILE_EXISTS')]);
    expect(contents(join(cwd, ROOT, 'inbox'))).toEqual(before);
    await runCli(['purge', 'coder', '--confirm', 'coder', '--export', 'kept.tar.gz'], { cwd });
    expect(readdirSync(join(cwd, ROOT, 'inbox/coder'))).toEqual([]);
    await runCli(['import', 'kept.tar.gz'], { cwd });
    expect(contents(join(cwd, ROOT, 'inbox'))).toEqual(before);
  });

  it('takes dead letters with --dlq, and never what is in hand', async () => {
    const cwd = await withMail();
    await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('process.exit(65)')], { cwd });
    const coder = await openQueue({ root: join(cwd, ROOT), agent: 'other', retention: false });
    const { value: held } = await coder.receive().next();
    expect((await runCli(['purge', 'other', '--confirm', 'other'], { cwd })).exitCode).toBe(3);
    await held?.ack();
    await coder.close();
    const done = await runCli(
      ['purge', 'coder', '--dlq', '--reason', 'rejected', '--confirm', 'coder', '--json'],
      { cwd },
    );
    expect(done.json()[0]).toMatchObject({ state: 'dead', purged: 2 });
    expect(readdirSync(join(cwd, ROOT, 'dlq/inbox/coder'))).toEqual([]);
    expect(existsSync(join(cwd, ROOT, 'processed/inbox/other'))).toBe(true);
  });
});
