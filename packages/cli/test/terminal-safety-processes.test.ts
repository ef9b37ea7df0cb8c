import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bundledForAll, start } from './support/bundled-cli.ts';
import { fillHostileDirectory, LAST_WORDS } from './support/hostile-directory.ts';
import { HOSTILE, unsafeIn } from './support/hostile-text.ts';
import { runCli } from './support/run-cli.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

/* What terminal-safety.test.ts shows of every command, for some of them as real processes, on a pipe and on a terminal. */

describe('the program as a process', () => {
  const cli = bundledForAll();

  const RUNS: readonly (readonly string[])[] = [
    ['inspect'],
    ['dlq', 'show', 'rejected'],
    ['replay'],
    ['inspect', HOSTILE],
    ['work', '--agent', 'coder', '--once', ...LAST_WORDS],
  ];

  it('is safe in a pipe with FORCE_COLOR', async () => {
    const cwd = temporaryDirectory();
    await fillHostileDirectory(cwd);
    await runCli(['resume'], { cwd });
    await runCli(['resume', '--agent', 'coder'], { cwd });
    for (const argv of RUNS) {
      const { stdout, stderr } = await start(cli, argv, { cwd, env: { FORCE_COLOR: '1' } }).ended;
      expect(stdout + stderr).toMatch(/\u001b\[/); // Its own styles.
      expect([argv, unsafeIn(stdout + stderr, { styled: true })]).toEqual([argv, []]);
    }
  }, 120_000);

  it.skipIf(!existsSync('/usr/bin/script') || process.platform !== 'linux')(
    'is safe on a terminal (skipped where util-linux has no script)',
    async () => {
      const cwd = temporaryDirectory();
      await fillHostileDirectory(cwd);
      await runCli(['resume'], { cwd });
      await runCli(['resume', '--agent', 'coder'], { cwd });
      for (const argv of RUNS) {
        const shown = await onTerminal([process.execPath, cli.path, ...argv], cwd);
        expect(shown).toMatch(/\u001b\[/);
        expect([argv, unsafeIn(shown, { styled: true, bars: true })]).toEqual([argv, []]);
      }
    },
    120_000,
  );
});

/** What a terminal gets of a command; its line discipline is told to add no carriage returns. */
function onTerminal(command: readonly string[], cwd: string): Promise<string> {
  const line = `stty -opost cols 120; ${command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')}`;
  const child = spawn('/usr/bin/script', ['-qec', line, '/dev/null'], {
    cwd,
    env: { PATH: process.env['PATH'], TERM: 'xterm', SHELL: '/bin/sh' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    const shown: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => void shown.push(chunk));
    child.once('error', reject);
    child.once('close', () => resolve(Buffer.concat(shown).toString()));
  });
}
