import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../src/commands/commands.ts';
import { bundledForAll } from './support/bundled-cli.ts';
import { nodeCommand, queueDirectory, sendMessages, task } from './support/queue-directory.ts';
import { lines, runCli } from './support/run-cli.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

async function complete(cwd: string, ...words: readonly string[]): Promise<readonly string[]> {
  // A clock that stands still: what is found in time does not depend on how busy the computer is.
  return await completeBy(() => 0, cwd, ...words);
}

async function completeBy(
  now: () => number,
  cwd: string,
  ...words: readonly string[]
): Promise<readonly string[]> {
  const { exitCode, stdout, stderr } = await runCli(['__complete', '--', ...words], { cwd, now });
  expect([exitCode, stderr]).toEqual([0, '']);
  return lines(stdout).map((line) => line.split('\t')[0] ?? '');
}

/** A clock that moves on by so much whenever it is looked at. */
function ticking(step_ms: number): () => number {
  let now_ms = 0;
  return () => (now_ms += step_ms);
}

/** Two agents; `ready-1` waits, `dead-1` is dead, `held-1` was taken by hand. Returns its handle, too. */
async function directory(): Promise<{ readonly cwd: string; readonly handle: string }> {
  const cwd = await queueDirectory('coder', 'reviewer');
  await sendMessages(cwd, task({ task_id: 'a', message_id: 'dead-1' }));
  await runCli(['work', '--agent', 'coder', '--once', ...nodeCommand('process.exit(65)')], { cwd });
  await sendMessages(cwd, task({ task_id: 'b', message_id: 'held-1' }));
  const [taken] = (await runCli(['receive', '--agent', 'coder', '--json'], { cwd })).json();
  await sendMessages(cwd, task({ task_id: 'c', message_id: 'ready-1' }));
  return { cwd, handle: String(taken?.['handle']) };
}

describe('completion', () => {
  it('offers every command, and those that begin like the word', async () => {
    const cwd = temporaryDirectory();
    expect(await complete(cwd, '')).toEqual(COMMANDS.map(({ name }) => name));
    expect(await complete(cwd, 'res')).toEqual(['resume']);
    expect(await complete(cwd, 'dlq', 'sh')).toEqual(['show']);
    expect(await complete(cwd, '--root', 'x', 'agents', '')).toEqual(['list', 'register']);
    expect(await complete(cwd, 'completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  it('offers the options of the command, and what their values may be', async () => {
    const cwd = temporaryDirectory();
    expect(await complete(cwd, 'receive', '--l')).toEqual(['--lease']);
    expect(await complete(cwd, 'dlq', '--rea')).toEqual(['--reason']);
    expect(await complete(cwd, 'pause', '--ver')).toEqual(['--verbose', '--version']);
    expect(await complete(cwd, 'send', '--durability', 'f')).toEqual(['file', 'full']);
    expect(await complete(cwd, 'send', '--durability=f')).toEqual(['--durability=file', '--durability=full']);
    expect(await complete(cwd, 'send', '--durability', '=', 'f')).toEqual([
      '--durability=file',
      '--durability=full',
    ]);
    expect(await complete(cwd, 'receive', '--type', 'task_c')).toEqual(['task_complete']);
    expect(await complete(cwd, 'inspect', '--lease', '')).toEqual([]);
  });

  it('offers agents, ids and handles from the directory', async () => {
    const { cwd, handle } = await directory();
    expect(await complete(cwd, 'work', '--agent', '')).toEqual(['coder', 'reviewer']);
    expect(await complete(cwd, 'send', '--to=re')).toEqual(['--to=reviewer']);
    // The failed answer to `dead-1` waits in coder's outbox, under an id of its own.
    expect(await complete(cwd, 'inspect', '')).toEqual(
      expect.arrayContaining(['coder', 'reviewer', 'held-1', 'dead-1', 'ready-1']),
    );
    expect(await complete(cwd, 'inspect', 're')).toEqual(['reviewer', 'ready-1']);
    expect(await complete(cwd, 'dlq', 'show', '')).toEqual(['dead-1']);
    expect(await complete(cwd, 'replay', '--id', '')).toEqual(['dead-1']);
    expect(await complete(cwd, 'ack', '')).toEqual([handle]);
    expect(await complete(cwd, 'ack', handle, '')).toEqual([]);
    const elsewhere = temporaryDirectory();
    const root = join(cwd, '.tapps-agents/messages');
    expect(await complete(elsewhere, 'pause', '--agent', '')).toEqual([]);
    expect(await complete(elsewhere, '--root', root, 'pause', '--agent', 'r')).toEqual(['reviewer']);
  });

  it('offers reasons, schemas, workflows, tasks, interrupted replays, and names with blanks', async () => {
    const cwd = await queueDirectory('coder', 'A b');
    await sendMessages(cwd, task({ workflow_id: 'w 1', task_id: 'dead-task', message_id: 'dead-1' }));
    await runCli(['work', '--agent', 'coder', '--once', ...nodeCommand('process.exit(65)')], { cwd });
    await sendMessages(cwd, task({ workflow_id: 'w-2', task_id: 'ready-task', message_id: 'ready-1' }));
    expect(await complete(cwd, 'replay', '--reason', 'not_')).toEqual(['not_utf8', 'not_json']);
    expect(await complete(cwd, 'dlq', '--reason=exp')).toEqual(['--reason=expired']);
    expect(await complete(cwd, 'reject', 'h', '--reason', '')).toEqual([]);
    expect(await complete(cwd, 'schema', 'task_')).toEqual(['task_assignment', 'task_complete']);
    expect(await complete(cwd, 'schema', '--version', '')).toEqual(['1.0']);
    expect(await complete(cwd, 'replay', '--workflow', '')).toEqual(['w 1']);
    expect((await complete(cwd, 'purge', 'coder', '--workflow', 'w')).toSorted()).toEqual(['w 1', 'w-2']);
    expect(await complete(cwd, 'dlq', '--task', 'd')).toEqual(['dead-task']);
    expect(await complete(cwd, 'pause', '--agent', 'A')).toEqual(['A b']);
    expect(await complete(cwd, 'replay', '--resume', '')).toEqual([]);
    await runCli(['replay', '--yes'], { cwd });
    const operations = join(cwd, '.tapps-agents/messages/operations');
    const [id = ''] = readdirSync(operations);
    expect(await complete(cwd, 'replay', '--resume', '')).toEqual([]);
    const record = join(operations, id, 'record.json');
    const text = readFileSync(record, 'utf8').replace(/"ended_at": *"[^"]+"/, '"ended_at": null');
    writeFileSync(record, text); // As of one that was killed.
    expect(await complete(cwd, 'replay', '--resume', '')).toEqual(['last', id]);
  });

  it('leaves files to the shell', async () => {
    const cwd = temporaryDirectory();
    expect(await complete(cwd, 'send', '')).toEqual([':files']);
    expect(await complete(cwd, 'inspect', '--root', '')).toEqual([':files']);
    expect(await complete(cwd, 'work', '--agent', 'a', '--exec', 'no')).toEqual([':files']);
  });

  it('offers a bounded number', async () => {
    const cwd = await queueDirectory('coder');
    const many = Array.from({ length: 300 }, (_, index) => task({ message_id: `m-${index}` }));
    await runCli(['send', '-', '--durability', 'none'], {
      cwd,
      stdin: many.map((one) => JSON.stringify(one)).join('\n'),
    });
    const offered = await complete(cwd, 'inspect', 'm-');
    expect(offered.length).toBeGreaterThan(0);
    expect(offered.length).toBeLessThanOrEqual(200);
  });

  it('offers what is found in 80 ms, and looks no longer', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, ...Array.from({ length: 100 }, (_, index) => task({ message_id: `m-${index}` })));
    expect(await complete(cwd, 'inspect', 'm-')).toHaveLength(100);
    // The first look at the clock says when time is over; each that follows is after one more candidate.
    expect(await completeBy(ticking(1), cwd, 'inspect', 'm-')).toHaveLength(81);
    expect(await completeBy(ticking(10), cwd, 'inspect', 'm-')).toHaveLength(9);
    expect(await completeBy(ticking(80), cwd, 'inspect', 'm-')).toHaveLength(2);
    expect(await completeBy(ticking(1_000), cwd, 'inspect', 'm-')).toHaveLength(1);
    // Handles cost a read each.
    await runCli(['receive', '--agent', 'coder', '--count', '20', '--wait', '5m'], { cwd });
    expect(await complete(cwd, 'ack', '')).toHaveLength(20);
    expect(await completeBy(ticking(20), cwd, 'ack', '')).toHaveLength(5);
  });
});

describe('in a real shell', () => {
  const cli = bundledForAll();

  async function shellIn(
    shell: string,
    flag: string,
  ): Promise<{ readonly run: Run; readonly handle: string; readonly cwd: string }> {
    const { cwd, handle } = await directory();
    const bin = temporaryDirectory();
    const program = join(bin, 'tapps-mq');
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${cli.path}' "$@"\n`);
    chmodSync(program, 0o755);
    return { handle, cwd, run: (script) => runIn({ shell, flag, cwd, bin }, script) };
  }

  it('bash', async ({ skip }) => {
    skip(isMissing('bash'), 'there is no bash here');
    const { run, handle, cwd } = await shellIn('bash', '--norc');
    expect(run(bashCompletes('insp', 1))).toEqual(['inspect']);
    expect(run(bashCompletes("work --agent ''", 3))).toEqual(['coder', 'reviewer']);
    expect(run(bashCompletes("dlq show ''", 3))).toEqual(['dead-1']);
    expect(run(bashCompletes("send ''", 2))).toEqual(['FILES -o default']);
    const [quoted = ''] = run(bashCompletes("ack ''", 2));
    expect(run(`printf '%s\\n' ${quoted}`)).toEqual([handle]);
    await runCli(['agents', 'register', 'A b'], { cwd });
    expect(run(bashCompletes('work --agent A', 3))).toEqual([String.raw`A\ b`]);
    expect(run(bashCompletes(String.raw`work --agent 'A\ '`, 3))).toEqual([String.raw`A\ b`]);
    expect(run(bashCompletes(String.raw`work --agent \"A`, 3))).toEqual(['A b']);
    // bash takes words apart at the equals sign, and replaces what is behind it.
    expect(run(bashCompletes('work --agent = co', 4))).toEqual(['coder']);
    expect(run(bashCompletes('work --agent =', 3))).toEqual([String.raw`A\ b`, 'coder', 'reviewer']);
    expect(run('source <(tapps-mq completion bash); complete -p tapps-mq')[0]).toContain('-F _tapps_mq');
  });

  it('fish', async ({ skip }) => {
    skip(isMissing('fish'), 'there is no fish here');
    const { run, handle, cwd } = await shellIn('fish', '--no-config');
    const values = (line: string): readonly string[] =>
      run(`tapps-mq completion fish | source; complete -C '${line}'`).map(
        (each) => each.split('\t')[0] ?? '',
      );
    expect(values('tapps-mq insp')).toEqual(['inspect']);
    expect(values('tapps-mq work --agent ')).toEqual(['coder', 'reviewer']);
    expect(values('tapps-mq dlq show ')).toEqual(['dead-1']);
    await runCli(['agents', 'register', 'A b'], { cwd });
    expect(values(String.raw`tapps-mq work --agent A\ `).map(unescaped)).toEqual(['A b']);
    expect(values('tapps-mq work --agent "A ').map(unescaped)).toEqual(['A b']);
    expect(values('tapps-mq ack ').map((each) => each.replaceAll('\\', ''))).toEqual([handle]);
  });

  it('zsh', async ({ skip }) => {
    skip(isMissing('zsh'), 'there is no zsh here');
    const { run, handle, cwd } = await shellIn('zsh', '-f');
    expect(run(zshCompletes('insp', 2))).toEqual(['inspect']);
    expect(run(zshCompletes("work --agent ''", 4))).toEqual(['coder', 'reviewer']);
    expect(run(zshCompletes("dlq show ''", 4))).toEqual(['dead-1']);
    expect(run(zshCompletes("replay --agent=''", 3))).toEqual(['--agent=coder', '--agent=reviewer']);
    expect(run(zshCompletes("ack ''", 3))).toEqual([handle]);
    await runCli(['agents', 'register', 'A b'], { cwd });
    expect(run(zshCompletes(String.raw`work --agent 'A\ '`, 4))).toEqual(['A b']);
    expect(run(zshCompletes("send ''", 3))).toEqual(['FILES']);
  });
});

/** What fish offers, as it would put it on the line, without its quoting. */
function unescaped(value: string): string {
  return value.replaceAll(/[\\"']/g, '');
}

/** Runs a script in a shell that finds the program on its PATH; returns the lines it printed. */
type Run = (script: string) => readonly string[];

function runIn(
  where: { readonly shell: string; readonly flag: string; readonly cwd: string; readonly bin: string },
  script: string,
): readonly string[] {
  const { shell, flag, cwd, bin } = where;
  const { stdout, stderr, status } = spawnSync(shell, [flag, '-c', script], {
    cwd,
    encoding: 'utf8',
    env: { HOME: bin, PATH: `${bin}:${process.env['PATH'] ?? ''}`, TERM: 'dumb' },
  });
  expect([status, stderr]).toEqual([0, '']);
  return lines(stdout);
}

/** The program is put on the PATH as a script of sh, which Windows does not run. */
function isMissing(shell: string): boolean {
  return process.platform === 'win32' || spawnSync(shell, ['-c', 'true']).error !== undefined;
}

function bashCompletes(words: string, at: number): string {
  return `source <(tapps-mq completion bash); COMP_WORDS=(tapps-mq ${words}); COMP_CWORD=${at}; compopt() { echo "FILES $*"; }; _tapps_mq; printf '%s\\n' "\${COMPREPLY[@]}"`;
}

/** Its completion system needs a terminal; what it is called with, and calls, is what is looked at. */
function zshCompletes(words: string, at: number): string {
  return (
    `compdef() { }; _files() { print FILES; }; ` +
    `compadd() { [[ "$1 $2 $4" == '-l -d -a' && \${#\${(P)3}} == \${#\${(P)5}} ]] && print -l -- "\${(@P)5}"; }; ` +
    `source <(tapps-mq completion zsh); words=(tapps-mq ${words}); CURRENT=${at}; _tapps_mq || true`
  );
}
