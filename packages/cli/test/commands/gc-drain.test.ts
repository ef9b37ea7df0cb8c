import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundledForAll, start } from '../support/bundled-cli.ts';
import { nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { lines, runCli } from '../support/run-cli.ts';
import { tree } from '../support/tree.ts';

const cli = bundledForAll();

const ACCEPT = nodeCommand('');
const REFUSE = nodeCommand('process.exit(65)');

function filesIn(cwd: string, ...below: readonly string[]): string[] {
  const directory = join(cwd, '.tapps-agents/messages', ...below);
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function makeOld(paths: readonly string[], days: number): void {
  const then = new Date(Date.now() - days * 86_400_000);
  for (const path of paths) utimesSync(path, then, then);
}

/** Two finished, one of them long ago; a dead letter of long ago; and what a dead writer left. */
async function withLeftovers(): Promise<string> {
  const cwd = await queueDirectory('coder');
  await sendMessages(cwd, task({ message_id: 'old' }));
  await runCli(['work', '--agent', 'coder', '--until-empty', ...ACCEPT], { cwd });
  makeOld(filesIn(cwd, 'processed'), 8);
  await sendMessages(cwd, task({ message_id: 'dead' }));
  await runCli(['work', '--agent', 'coder', '--until-empty', ...REFUSE], { cwd });
  makeOld(filesIn(cwd, 'dlq'), 40);
  await sendMessages(cwd, task({ message_id: 'new' }));
  await runCli(['work', '--agent', 'coder', '--until-empty', ...ACCEPT], { cwd });
  const left = join(cwd, '.tapps-agents/messages/tmp/left.tmp');
  writeFileSync(left, 'x'.repeat(2_048));
  makeOld([left], 1);
  return cwd;
}

describe('gc', () => {
  it('says first what would go, class by class, and removes nothing', async () => {
    const cwd = await withLeftovers();
    const before = tree(join(cwd, '.tapps-agents'));
    const { exitCode, stdout, stderr } = await runCli(['gc'], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^finished messages \(the ledger\) +1 +1 +\d+ bytes$/m);
    expect(stdout).toMatch(/^dead letters, with their reasons +0 +0 +0 bytes$/m);
    expect(stdout).toMatch(/^temporary files of dead writers +1 +1 +2\.0 KiB$/m);
    expect(stderr).toMatch(/nothing was removed\. Add --yes to remove 2 files, 2\.\d KiB\./);
    expect(tree(join(cwd, '.tapps-agents'))).toEqual(before);
  });

  it('goes on past what it cannot look at, says what that is, and ends with 5', async () => {
    const cwd = await withLeftovers();
    const journals = join(cwd, '.tapps-agents/messages/journal/inbox');
    rmSync(journals, { recursive: true, force: true });
    mkdirSync(dirname(journals), { recursive: true });
    writeFileSync(journals, 'no directory');
    const looked = await runCli(['gc', '--json'], { cwd });
    expect(looked.exitCode).toBe(5);
    expect(JSON.parse(looked.stdout)).toMatchObject({
      files: 2,
      failed: 1,
      failures: [{ place: 'journal/inbox' }],
    });
    const { exitCode, stdout, stderr } = await runCli(['gc', '--yes'], { cwd });
    expect(exitCode).toBe(5);
    expect(stdout).toMatch(/^temporary files of dead writers +1 +1 +2\.0 KiB$/m);
    expect(stderr).toMatch(/Removed 2 files/);
    expect(stderr).toMatch(/warning: journal\/inbox: .* \(ERR_IO\)\n.*1 could not be looked at or removed/);
    const quiet = await runCli(['gc', '--yes', '-q'], { cwd });
    expect([quiet.exitCode, lines(quiet.stderr)]).toEqual([
      5,
      [expect.stringMatching(/^warning: journal\/inbox: /)],
    ]);
    expect(filesIn(cwd, 'processed')).toHaveLength(1);
    expect(filesIn(cwd, 'tmp')).toHaveLength(0);
  });

  it('removes them with --yes, dead letters only with --dlq, and what it says is what goes', async () => {
    const cwd = await withLeftovers();
    const [dry] = (await runCli(['gc', '--json'], { cwd })).json();
    const [done] = (await runCli(['gc', '--json', '--yes'], { cwd })).json();
    expect(done).toMatchObject({
      dry_run: false,
      files: 2,
      bytes: dry?.['bytes'],
      classes: dry?.['classes'],
    });
    expect(filesIn(cwd, 'processed')).toHaveLength(1);
    expect(filesIn(cwd, 'dlq')).toHaveLength(2);
    expect(
      (await runCli(['gc', '--dlq', '--dead-max-age', '50d', '--yes', '--json'], { cwd })).json()[0],
    ).toMatchObject({ files: 0 });
    await runCli(['gc', '--dlq', '--yes'], { cwd });
    expect(filesIn(cwd, 'dlq')).toEqual([]);
    expect((await runCli(['gc', '--yes'], { cwd })).stderr).toContain('Removed 0 files');
  });

  it('goes by age and number', async () => {
    const cwd = await withLeftovers();
    const preview = async (...argv: readonly string[]): Promise<unknown> => {
      const [document] = (await runCli(['gc', '--json', ...argv], { cwd })).json();
      return ((document?.['classes'] ?? []) as { class: string; count: number }[]).find(
        ({ class: name }) => name === 'processed',
      )?.count;
    };
    expect(await preview('--processed-max-age', 'none')).toBe(0);
    expect(await preview('--processed-max-age', '9d')).toBe(0);
    expect(await preview('--processed-max-count', '0')).toBe(2);
    expect(await preview('--processed-max-age', 'none', '--processed-max-count', '1')).toBe(1);
  });

  it.for([
    [['--dead-max-age', '1d'], '--dlq'],
    [['--processed-max-age', 'soon'], '--processed-max-age needs'],
    [['--processed-max-count', '-1'], '--processed-max-count needs'],
  ] as const)('%j is refused', async ([argv, said]) => {
    const cwd = await queueDirectory('coder');
    const { exitCode, stderr } = await runCli(['gc', ...argv], { cwd });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(said)]);
  });

  it('can be interrupted, and goes on the next time', async () => {
    const cwd = await withLeftovers();
    const first = new AbortController();
    first.abort();
    const interrupts = { first: first.signal, second: new AbortController().signal };
    const { exitCode, stderr } = await runCli(['gc', '--yes'], { cwd, interrupts });
    expect([exitCode, stderr]).toEqual([130, expect.stringContaining('Interrupted')]);
    expect((await runCli(['gc', '--yes', '--json'], { cwd })).json()[0]).toMatchObject({ files: 2 });
  });
});

describe('drain', () => {
  it('is done at once where nothing is left', async () => {
    const cwd = await queueDirectory('coder', 'reviewer');
    const { exitCode, stdout } = await runCli(['drain'], { cwd });
    expect([exitCode, stdout]).toEqual([0, 'inbox/coder: empty\ninbox/reviewer: empty\n']);
    expect((await runCli(['drain', '--timeout', '0ms'], { cwd })).exitCode).toBe(0);
    expect((await runCli(['drain', 'codr'], { cwd })).stderr).toContain('Did you mean coder?');
  });

  it('waits until a worker, in a process of its own, has handled the last message', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, ...Array.from({ length: 6 }, (_, index) => task({ task_id: `t${index}` })));
    const waiting = start(cli, ['drain', 'coder', '--json'], { cwd });
    const worker = start(cli, ['work', '--agent', 'coder', '--until-empty', ...REFUSE], { cwd });
    const { exitCode, stdout } = await waiting.ended;
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      drained: true,
      // How many of the six died before it came to look depends on who starts faster.
      boxes: [{ agent: 'coder', ready: 0, delayed: 0, leased: 0, died: expect.any(Number) }],
    });
    await worker.ended;
    expect((await runCli(['dlq', 'list', '--json'], { cwd })).json()).toHaveLength(6);
  });

  it('gives up when the time is over, and says what is left', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task());
    const result = await runCli(['drain', 'coder', '--timeout', '150ms'], { cwd });
    expect([result.exitCode, result.stdout]).toEqual([5, 'inbox/coder: 1 ready, 0 delayed, 0 in hand\n']);
    expect(result.stderr).toContain('ERR_NOT_DRAINED');
    await runCli(['pause', '--agent', 'coder'], { cwd });
    expect((await runCli(['drain', '--timeout', '1ms'], { cwd })).stderr).toContain(
      'coder is paused, so nothing is handled until somebody resumes it: tapps-mq resume --agent coder',
    );
  });

  it('waits for what may only be handled later, unless told otherwise', async () => {
    const cwd = await queueDirectory('coder');
    const stdin = JSON.stringify(task());
    await runCli(['send', '-', '--delay', '1h'], { cwd, stdin });
    expect((await runCli(['drain', '--timeout', '1ms'], { cwd })).exitCode).toBe(5);
    const skipped = await runCli(['drain', '--skip-delayed'], { cwd });
    expect([skipped.exitCode, skipped.stdout]).toEqual([0, 'inbox/coder: 0 ready, 1 delayed, 0 in hand\n']);
  });

  it('waits for outboxes when asked to', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task());
    await runCli(['work', '--agent', 'coder', '--until-empty', ...ACCEPT], { cwd });
    expect((await runCli(['drain', 'coder'], { cwd })).exitCode).toBe(0);
    const result = await runCli(['drain', 'coder', '--outbox', '--timeout', '1ms', '--json'], { cwd });
    expect([result.exitCode, result.json()[0]]).toMatchObject([
      5,
      { drained: false, boxes: [{}, { ready: 1 }] },
    ]);
  });

  it('ends when it is interrupted', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task());
    const first = new AbortController();
    first.abort();
    const interrupts = { first: first.signal, second: new AbortController().signal };
    const { exitCode, stderr } = await runCli(['drain'], { cwd, interrupts });
    expect([exitCode, stderr]).toEqual([130, expect.stringContaining('nothing was changed')]);
    expect(lines(stderr)).toHaveLength(1);
  });
});
