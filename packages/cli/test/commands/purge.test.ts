import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openQueue } from '@tapps-agents/queue';
import type { Io } from '../../src/io.ts';
import { Output } from '../../src/output.ts';
import { lookForPurge } from '../../src/purging/purge-preview.ts';
import { runPurge } from '../../src/purging/purge-run.ts';
import { findRoot } from '../../src/root.ts';
import type { CommandContext } from '../../src/session.ts';
import { contents } from '../support/contents.ts';
import { nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';
import { tree } from '../support/tree.ts';

const ROOT = '.tapps-agents/messages';

/** The surroundings of a command with `--json`, and what it prints. */
function inJson(cwd: string): { readonly context: CommandContext; readonly stdout: readonly string[] } {
  const stdout: string[] = [];
  const never = new AbortController().signal;
  const sink = { isTerminal: false, write: () => undefined, drained: () => Promise.resolve() };
  const io: Io = {
    stdout: { ...sink, write: (text) => void stdout.push(text) },
    stderr: sink,
    stdin: Readable.from([]),
    env: {},
    cwd,
    columns: undefined,
    now: Date.now,
    interrupts: { first: never, second: never },
  };
  const output = new Output(io, { json: true, color: undefined });
  return { context: { io, output, root: findRoot(undefined, io), program: 'tapps-mq' }, stdout };
}

async function withMail(): Promise<string> {
  const cwd = await queueDirectory('coder', 'other');
  await sendMessages(cwd, task({ message_id: 'a' }), task({ message_id: 'b', task_id: 't2' }));
  await sendMessages(cwd, task({ assigned_to: 'other', message_id: 'c' }));
  return cwd;
}

const PURGE = ['purge', 'coder', '--confirm', 'coder'];

/** Until the test ends, this is done instead of flushing what is open in this process as a `FileHandle`: archives alone are. */
async function onFlush(cwd: string, flush: (what: 'file' | 'directory') => void): Promise<void> {
  const handle = await open(join(cwd, ROOT, 'layout.json'), 'r');
  const spy = vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'sync');
  await handle.close();
  onTestFinished(() => spy.mockRestore());
  spy.mockImplementation(async function instead(this: FileHandle) {
    flush((await this.stat()).isDirectory() ? 'directory' : 'file');
  });
}

describe('purge', () => {
  it('counts by type what it was to remove in the end, whatever has come since it looked', async () => {
    const cwd = await withMail();
    await using queue = await openQueue({ root: join(cwd, ROOT), agent: 'operator', retention: false });
    const { context, stdout } = inJson(cwd);
    const request = { box: { kind: 'inbox', agentId: 'coder' }, state: 'ready', filter: {} } as const;
    const found = await lookForPurge(context, queue, request);
    await sendMessages(cwd, task({ message_id: 'late', task_id: 't3' }));
    await runPurge(context, queue, request, { found, exportTo: undefined });
    expect(found).toMatchObject({ messages: 2, types: { task_assignment: 2 } });
    expect(JSON.parse(stdout.join(''))).toMatchObject({
      messages: 3,
      types: { task_assignment: 3 },
      purged: 3,
    });
  });

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

  it.skipIf(process.platform === 'win32')(
    'has the file and its name on the disk before the first message goes [Windows flushes a directory by other means]',
    async () => {
      const cwd = await withMail();
      const flushed: string[] = [];
      await onFlush(cwd, (what) => {
        const names = readdirSync(cwd).filter((name) => name.startsWith('kept'));
        const left = readdirSync(join(cwd, ROOT, 'inbox/coder')).length;
        flushed.push(`${what} of ${names.join()}, ${left} left`);
      });
      await runCli([...PURGE, '--export', 'kept.ndjson'], { cwd });
      expect(flushed).toEqual([
        expect.stringMatching(/^file of kept\.ndjson\.[0-9a-f]{8}\.part, 2 left$/),
        'directory of kept.ndjson, 2 left',
      ]);
      expect(readdirSync(join(cwd, ROOT, 'inbox/coder'))).toEqual([]);
    },
  );

  it.skipIf(process.platform === 'win32').for(['file', 'directory'] as const)(
    'removes nothing, and leaves no archive, where the %s cannot be flushed [Windows flushes a directory by other means]',
    async (which) => {
      const cwd = await withMail();
      await onFlush(cwd, (what) => {
        if (what === which) throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' });
      });
      const { exitCode, stderr } = await runCli([...PURGE, '--export', 'kept.ndjson'], { cwd });
      expect([exitCode, stderr]).toEqual([
        1,
        'tapps-mq: Cannot write kept.ndjson: EIO: i/o error, fsync. (EIO)\n',
      ]);
      expect(readdirSync(cwd)).toEqual(['.tapps-agents']);
      expect(readdirSync(join(cwd, ROOT, 'inbox/coder'))).toHaveLength(2);
    },
  );

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

  it('counts types of any name', async () => {
    const cwd = await withMail();
    const inbox = join(cwd, ROOT, 'inbox/coder');
    for (const [index, name] of readdirSync(inbox).entries()) {
      const type = ['constructor', '__proto__'][index] ?? '';
      renameSync(join(inbox, name), join(inbox, name.replace('task_assignment', type)));
    }
    // As JSON: an object that is written out here would have no field of such a name.
    const types = /"types":\{"(?:constructor":1,"__proto__":1|__proto__":1,"constructor":1)\}/;
    expect((await runCli(['purge', 'coder', '-n', '--json'], { cwd })).stdout).toMatch(types);
    const done = await runCli(['purge', 'coder', '--confirm', 'coder', '--json'], { cwd });
    expect([done.exitCode, done.stdout]).toEqual([0, expect.stringMatching(types)]);
  });

  it('does not take options with --log that would mean nothing there', async () => {
    const cwd = await queueDirectory('coder');
    for (const [argv, said] of [
      [['coder', '--log'], 'leave out AGENT'],
      [['--log', '--dlq'], 'leave out --dlq'],
      [['--log', '--before', '7d'], 'leave out --before'],
      [['--log', '--confirm', 'coder'], 'leave out --confirm'],
    ] as const) {
      const { exitCode, stderr } = await runCli(['purge', ...argv], { cwd });
      expect([argv, exitCode, stderr]).toEqual([argv, 2, expect.stringContaining(said)]);
    }
  });
});
