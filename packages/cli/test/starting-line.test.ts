import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { wantsStartingLine } from '../src/starting-line.ts';
import { bundledForAll } from './support/bundled-cli.ts';
import { queueDirectory } from './support/queue-directory.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';
import { NO_TMUX, openTerminal } from './support/tmux.ts';

const NEVER_LOADS = fileURLToPath(new URL('support/never-loads.mjs', import.meta.url));

const cli = bundledForAll();

describe.skipIf(NO_TMUX !== null)(`in a terminal [${NO_TMUX ?? 'tmux'}]`, () => {
  it('something stands there before anything that a command needs is loaded', async () => {
    const argv = [process.execPath, '--import', NEVER_LOADS, cli.path, 'inspect'];
    const terminal = openTerminal(argv, { cwd: await queueDirectory('coder'), columns: 80, rows: 10 });
    expect(await terminal.until((now) => now.includes('starting'), 'a first word')).toMatch(
      /^before\nstarting …\n/,
    );
  });

  it.each([
    ['a table', ['inspect'], /^before\n.*messages\nBOX +READY.*\ninbox\/coder [^]*\nexit code 0\n/],
    ['wrong usage', ['inspct'], /^before\n.*inspct.*\n[^]*exit code 2\n/],
    ['help', ['inspect', '--help'], /^before\ntapps-mq inspect [^]*exit code 0\n/],
    ['an error', ['inspect', 'nobody'], /^before\n[^s][^]*exit code 3\n/],
  ])('nothing is left of it when there is %s to read', async (_, argv, expected) => {
    const raw = join(temporaryDirectory(), 'raw');
    const cwd = await queueDirectory('coder');
    const terminal = openTerminal([process.execPath, cli.path, ...argv], { cwd, columns: 80, rows: 40 });
    terminal.keepRaw(raw);
    const screen = await terminal.until((now) => now.includes('exit code'), 'an end');
    expect(screen).toMatch(expected);
    expect(screen).not.toContain('starting');
    expect(readFileSync(raw, 'utf8')).not.toMatch(/starting …(?!\r\u001b\[K)/);
  });
});

it('is not for pipes, quiet and JSON, and not for terminals that cannot wipe it away', () => {
  const terminal = { isTTY: true } as NodeJS.WriteStream & { fd: 1 | 2 };
  const pipe = { isTTY: false } as NodeJS.WriteStream & { fd: 1 | 2 };
  const wants = (argv: readonly string[], { stdout = terminal, stderr = terminal, TERM = 'xterm' } = {}) =>
    wantsStartingLine(argv, { stdout, stderr, env: { TERM } } as Parameters<typeof wantsStartingLine>[1]);
  expect(wants(['inspect'])).toBe(true);
  expect(wants(['work', '--agent', 'a', '--exec', 'grep', '-q', '--json'])).toBe(true);
  for (const argv of [
    ['inspect', '--json'],
    ['gc', '--quiet'],
    ['gc', '-yq'],
    ['-q', 'gc'],
  ])
    expect(wants(argv)).toBe(false);
  expect(wants(['inspect'], { stdout: pipe })).toBe(false);
  expect(wants(['inspect'], { stderr: pipe })).toBe(false);
  expect(wants(['inspect'], { TERM: 'dumb' })).toBe(false);
});
