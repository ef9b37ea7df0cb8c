import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundledForAll, start } from './support/bundled-cli.ts';
import { queueDirectory, sendMessages, settleAll, task } from './support/queue-directory.ts';
import { lines, runCli } from './support/run-cli.ts';
import { NO_TMUX, openTerminal } from './support/tmux.ts';
import type { TerminalSession } from './support/tmux.ts';

/* What only a person at a terminal is shown, in a real one, narrow and wide: questions and bars; and that a pipe has neither. */

const cli = bundledForAll();

const COUNT = 12;
const IDS = Array.from({ length: COUNT }, (_, index) => `m-${index}`);

async function withReady(): Promise<string> {
  const cwd = await queueDirectory('coder');
  await sendMessages(cwd, ...IDS.map((id) => task({ message_id: id, task_id: id })));
  return cwd;
}

async function withDead(): Promise<string> {
  const cwd = await withReady();
  await settleAll(cwd, 'reject');
  return cwd;
}

function inTerminal(cwd: string, columns: number, argv: readonly string[]): TerminalSession {
  return openTerminal([process.execPath, cli.path, ...argv], { cwd, columns, rows: 30 });
}

function ready(cwd: string): number {
  return readdirSync(join(cwd, '.tapps-agents/messages/inbox/coder')).filter((name) => name.includes('_m-'))
    .length;
}

const asked = (screen: string): boolean => screen.includes('Type coder to go on:');
const ended = (screen: string): boolean => screen.includes('exit code');

describe.skipIf(NO_TMUX !== null).each([80, 200])(
  `in a terminal of %i columns [${NO_TMUX ?? 'tmux'}]`,
  (columns) => {
    it('drain says what it waits for, as nobody knows for how long', async () => {
      const cwd = await withReady();
      await runCli(['receive', '--agent', 'coder', '--lease', '1h'], { cwd });
      const waiting = inTerminal(cwd, columns, ['drain', 'coder']);
      const screen = await waiting.until((now) => now.includes('draining'), 'a bar');
      expect(screen).toMatch(
        new RegExp(`draining \\[\\.+\\] 0% {2}0/${COUNT} {2}${COUNT - 1} ready, 1 in hand\\n`),
      );
      await settleAll(cwd, 'ack');
      await waiting.until((now) => now.includes(`${COUNT - 1}/${COUNT}  1 in hand`), 'what is left');
    });

    it('purge goes on when the name is typed, and with nothing else', async () => {
      const cwd = await withReady();
      const refused = inTerminal(cwd, columns, ['purge', 'coder']);
      const question = await refused.until(asked, 'a question');
      expect(question).toContain(`${COUNT} waiting messages in inbox/coder`);
      expect(Math.max(...lines(question).map((line) => line.length))).toBeLessThanOrEqual(columns);
      refused.press('y', 'Enter');
      expect(await refused.until(ended, 'an end')).toMatch(/Nothing was changed[^]*exit code 1\n/);
      expect(ready(cwd)).toBe(COUNT);

      const interrupted = inTerminal(cwd, columns, ['purge', 'coder']);
      await interrupted.until(asked, 'a question');
      interrupted.press('C-c');
      expect(await interrupted.until(ended, 'an end')).toContain('exit code 130');
      expect(ready(cwd)).toBe(COUNT);

      const agreed = inTerminal(cwd, columns, ['purge', 'coder']);
      await agreed.until(asked, 'a question');
      agreed.press('c', 'o', 'd', 'e', 'r', 'Enter');
      const after = await agreed.until(ended, 'an end');
      expect(after).toMatch(new RegExp(`removed ${COUNT} of ${COUNT} messages[^]*exit code 0\\n`));
      expect(after).not.toContain('[##'); // The bar has gone.
      expect(ready(cwd)).toBe(0);
    });

    it('replay shows a bar below what it tells, which goes away at its end', async () => {
      const terminal = inTerminal(await withDead(), columns, ['replay', '--yes', '--rate', '5/s']);
      const during = await terminal.until((now) => /\d+%/.test(now) && now.includes('replayed  m-'), 'a bar');
      const shown = lines(during.trimEnd());
      expect(shown.at(-1)).toMatch(/^replaying \[#*\.*\] \d+% {2}\d+\/12 {2}\S+ left$/);
      expect(shown.slice(1, -1).every((line) => line.startsWith('replayed  m-'))).toBe(true);
      const after = await terminal.until(ended, 'an end');
      expect(after).not.toContain('replaying [');
      expect(after).toMatch(/12 replayed, 0 skipped[^]*exit code 0\n/);
    });

    it('gc shows a bar while it looks and removes, and none is left', async () => {
      const cwd = await withReady();
      await settleAll(cwd, 'ack');
      const raw = join(cwd, 'raw');
      const terminal = openTerminal(
        ['sh', '-c', `read go; exec '${process.execPath}' '${cli.path}' gc --processed-max-count 0 --yes`],
        { cwd, columns, rows: 30 },
      );
      await terminal.until((now) => now.includes('before'), 'a shell');
      terminal.keepRaw(raw);
      terminal.press('Enter');
      const after = await terminal.until(ended, 'an end');
      expect(after).toMatch(/exit code 0\n/);
      expect(after).not.toMatch(/looking|removing \[/);
      expect(readFileSync(raw, 'utf8')).toMatch(/looking \d+[^]*removing \[#*\.*\] \d+%/);
    });
  },
);

describe.skipIf(NO_TMUX !== null)(`at a question [${NO_TMUX ?? 'tmux'}]`, () => {
  it.for(['SIGINT', 'SIGTERM'] as const)(
    '%s from elsewhere ends the program, and nothing was done',
    async (signal) => {
      const cwd = await withReady();
      const terminal = openTerminal(
        ['sh', '-c', `echo $$ > pid; exec '${process.execPath}' '${cli.path}' purge coder`],
        { cwd, columns: 100, rows: 30 },
      );
      await terminal.until(asked, 'a question');
      process.kill(Number(readFileSync(join(cwd, 'pid'), 'utf8')), signal);
      const after = await terminal.until(ended, 'an end');
      expect(after).toMatch(
        /Type coder to go on:\ntapps-mq: Interrupted; nothing was changed\.[^]*exit code 130\n/,
      );
      expect(ready(cwd)).toBe(COUNT);
    },
  );
});

describe('in a pipe', () => {
  it('is no question and no bar, and nothing happens that would have been asked about', async () => {
    const cwd = await withReady();
    const purge = await start(cli, ['purge', 'coder'], { cwd, stdin: 'coder\n' }).ended;
    expect(purge.stdout + purge.stderr).not.toMatch(/Type coder|\u001b/);
    expect(purge.stderr).toMatch(/preview|next: /);
    expect(ready(cwd)).toBe(COUNT);
    const done = await start(cli, ['purge', 'coder', '--confirm', 'coder'], { cwd }).ended;
    expect([done.exitCode, done.stdout + done.stderr]).toEqual([
      0,
      expect.not.stringMatching(/\u001b|\[#|%/),
    ]);
  });
});
