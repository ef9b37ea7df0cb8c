import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { shellWord } from '../../src/shell-word.ts';

/** Why there is no terminal to test in; null where there is one. */
export const NO_TMUX =
  spawnSync('tmux', ['-V']).status === 0 ? null : 'tmux is missing: apt-get install tmux';

/** A program in a real terminal: tmux draws its screen, and tells what is on it. */
export interface TerminalSession {
  /** What is on the screen now, without blanks at the end of lines. */
  screen(): string;
  /** The same with its styling. */
  styledScreen(): string;
  /** From now on, keeps the bytes that are written to the terminal in a file. */
  keepRaw(file: string): void;
  /** What a program has made the terminal's title; empty where none has. */
  title(): string;
  /** Settles when the screen fulfils a condition; fails with what is on it when it does not for long. */
  until(condition: (screen: string) => boolean, what: string): Promise<string>;
  /** Presses keys, by tmux's names for them (`Down`, `C-c`, `q`). */
  press(...keys: readonly string[]): void;
  resize(columns: number, rows: number): void;
}

const PATIENCE_MS = 60_000;

/** Starts a command line in a terminal of this size; when it has ended, the screen says `exit code N`. */
export function openTerminal(
  argv: readonly string[],
  options: { readonly cwd: string; readonly columns: number; readonly rows: number; readonly env?: string },
): TerminalSession {
  const socket = `tapps-mq-${randomUUID()}`;
  const tmux = (...args: readonly string[]): string => {
    const result = spawnSync('tmux', ['-L', socket, '-f', '/dev/null', ...args], { encoding: 'utf8' });
    if (result.status !== 0) throw new Error(`tmux ${args.join(' ')}: ${result.stderr}`);
    return result.stdout;
  };
  // Where a computer looks on (CI), ink draws the last screen only; and what is said about colour comes from the test alone.
  const line = `echo before; env -u NO_COLOR -u FORCE_COLOR CI=false ${options.env ?? ''} ${argv.map((word) => shellWord(word)).join(' ')}; echo "exit code $?"; exec cat`;
  const size = ['-x', String(options.columns), '-y', String(options.rows)];
  tmux('new-session', '-d', ...size, '-c', options.cwd, 'sh', '-c', line);
  onTestFinished(() => {
    spawnSync('tmux', ['-L', socket, 'kill-server']);
  });
  const screen = (): string => tmux('capture-pane', '-p');
  return {
    screen,
    keepRaw: (file) => void tmux('pipe-pane', '-o', `cat > ${shellWord(file)}`),
    title: () => tmux('display-message', '-p', '#{pane_title}').trim(),
    styledScreen: () => tmux('capture-pane', '-p', '-e'),
    until: async (condition, what) => {
      const since_ms = performance.now();
      for (;;) {
        const now = screen();
        if (condition(now)) return now;
        if (performance.now() - since_ms > PATIENCE_MS) throw new Error(`There is never ${what}:\n${now}`);
        await setTimeout(50);
      }
    },
    press: (...keys) => void tmux('send-keys', ...keys),
    resize: (columns, rows) => void tmux('resize-window', '-x', String(columns), '-y', String(rows)),
  };
}
