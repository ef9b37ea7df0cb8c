import { describe, expect, it, vi } from 'vitest';
import yargs from 'yargs';
import { DRY_RUN_OPTION, intentionOf, YES_OPTION } from '../src/options/acting-options.ts';
import { CliError } from '../src/cli-error.ts';
import { confirm } from '../src/confirm.ts';
import type { Io } from '../src/io.ts';
import { Output } from '../src/output.ts';
import { showProgress } from '../src/progress.ts';
import { safe } from '../src/render/safe-text.ts';

/** A command's surroundings, and what was written to both of its streams, in order. */
function surroundings(
  options: { readonly isTerminal: boolean; readonly answers?: readonly (string | null)[] },
  how: { readonly json?: boolean; readonly quiet?: boolean } = {},
): { readonly io: Io; readonly output: Output; readonly written: string[]; readonly stdout: string[] } {
  const written: string[] = [];
  const stdout: string[] = [];
  const { isTerminal, answers } = options;
  const sink = {
    isTerminal,
    write: (text: string) => void written.push(text),
    drained: () => Promise.resolve(),
  };
  const left = [...(answers ?? [])];
  const never = new AbortController().signal;
  const io: Io = {
    stdout: {
      ...sink,
      write: (text) => {
        stdout.push(text);
        sink.write(text);
      },
    },
    stderr: sink,
    stdin: nothing(),
    env: { NO_COLOR: '1' },
    cwd: '/',
    columns: 80,
    now: Date.now,
    interrupts: { first: never, second: never },
    ask:
      answers === undefined
        ? undefined
        : (question) => {
            written.push(question);
            return Promise.resolve(left.shift() ?? null);
          },
  };
  const output = new Output(io, { json: false, quiet: false, verbose: false, color: undefined, ...how });
  return { io, output, written, stdout };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

describe('intentionOf', () => {
  it.for([
    [[], 'unsaid'],
    [['-n'], 'preview'],
    [['--dry-run'], 'preview'],
    [['-y'], 'act'],
    [['--yes'], 'act'],
  ] as const)('of %j is %j', ([argv, intention]) => {
    const parser = yargs([...argv]).options({ ...DRY_RUN_OPTION, ...YES_OPTION });
    expect(intentionOf(parser.parseSync())).toBe(intention);
  });

  it('tells acting from previewing, and refuses both', () => {
    expect(intentionOf({ 'dry-run': false, yes: true })).toBe('act');
    expect(intentionOf({ 'dry-run': true, yes: false })).toBe('preview');
    expect(intentionOf({ 'dry-run': false, yes: false })).toBe('unsaid');
    expect(() => intentionOf({ 'dry-run': true, yes: true })).toThrow(CliError);
  });
});

describe('confirm', () => {
  const request = { question: safe`Remove 3 messages?`, next: 'tapps-mq purge --yes' };

  it.for(['y', 'Y', 'yes', ' YES '])('takes %j for a yes', async (answer) => {
    const at = surroundings({ isTerminal: true, answers: [answer] });
    await confirm(at, { ...request, yes: false });
    expect(at.written).toEqual(['Remove 3 messages? [y/N] ']);
  });

  it.for(['', 'n', 'no', 'yess', 'coder', null])('takes %j for a no', async (answer) => {
    const at = surroundings({ isTerminal: true, answers: [answer] });
    await expect(confirm(at, { ...request, yes: false })).rejects.toMatchObject({
      code: 'ERR_NOT_CONFIRMED',
      exitCode: 1,
    });
  });

  it('wants the very word typed where one is asked for', async () => {
    const typed = { ...request, yes: false, typed: 'coder' };
    const at = surroundings({ isTerminal: true, answers: ['coder', 'yes', 'Coder'] });
    await confirm(at, typed);
    await expect(confirm(at, typed)).rejects.toMatchObject({ code: 'ERR_NOT_CONFIRMED' });
    await expect(confirm(at, typed)).rejects.toMatchObject({ code: 'ERR_NOT_CONFIRMED' });
    expect(at.written[0]).toBe('Remove 3 messages? Type coder to go on: ');
  });

  it('breaks no word of a question that is longer than the terminal is wide', async () => {
    const question = safe`500 waiting messages in inbox/reviewer (500 task_assignment) will be removed for good.`;
    const at = surroundings({ isTerminal: true, answers: ['reviewer'] });
    await confirm(at, { ...request, question, yes: false, typed: 'reviewer' });
    expect(at.written[0]?.split('\n')).toEqual([
      '500 waiting messages in inbox/reviewer (500 task_assignment) will be removed for',
      expect.stringMatching(/^ *good\.$/),
      'Type reviewer to go on: ',
    ]);
  });

  it('takes Ctrl-C for an interrupt, not for a no', async () => {
    const interrupt = new AbortController();
    const { io, output } = surroundings({ isTerminal: true, answers: [] });
    const asked: Io = {
      ...io,
      interrupts: { first: interrupt.signal, second: new AbortController().signal },
      ask: () => {
        interrupt.abort();
        return Promise.resolve(null);
      },
    };
    await expect(confirm({ io: asked, output }, { ...request, yes: false })).rejects.toMatchObject({
      code: 'ERR_INTERRUPTED',
      exitCode: 130,
    });
  });

  it('asks nothing with --yes, nor where nobody can be asked', async () => {
    const noTerminal = surroundings({ isTerminal: false });
    await confirm(noTerminal, { ...request, yes: true });
    await expect(confirm(noTerminal, { ...request, yes: false })).rejects.toMatchObject({
      code: 'ERR_NOT_CONFIRMED',
      next: 'tapps-mq purge --yes',
    });
    const json = surroundings({ isTerminal: true, answers: ['y'] }, { json: true });
    await expect(confirm(json, { ...request, yes: false })).rejects.toMatchObject({
      code: 'ERR_NOT_CONFIRMED',
    });
    expect([...noTerminal.written, ...json.written]).toEqual([]);
  });
});

describe('showProgress', () => {
  it('shows a bar at once on a terminal, keeps told lines above it, and takes it away', async () => {
    const at = surroundings({ isTerminal: true });
    {
      using progress = await showProgress(at, 'replaying', 4);
      expect(at.written.join('')).toContain('replaying [........................] 0%  0/4');
      progress.advance(3);
      const before = at.written.length;
      at.output.text(safe`replayed one`);
      expect(at.written.slice(before)).toEqual(['\r\u001b[K', 'replayed one\n']);
    }
    expect(at.written.join('')).toContain('75%  3/4');
    expect(at.written.slice(-2)).toEqual(['\u001b[1G', '\u001b[2K']);
    at.output.text(safe`end`);
    expect(at.written.at(-1)).toBe('end\n');
    expect(at.stdout).toEqual(['replayed one\n', 'end\n']); // Nothing there moves a cursor.
    expect(at.written.join('')).not.toMatch(/\u001b\[\?7l|\u001b[78]/);
  });

  it('tells what time is left by more than the last burst', async () => {
    vi.useFakeTimers();
    try {
      const at = surroundings({ isTerminal: true });
      using progress = await showProgress(at, 'replaying', 2_000);
      for (let second = 0; second < 5; second += 1) {
        for (let one = 0; one < 100; one += 1) progress.advance();
        vi.advanceTimersByTime(1_000);
      }
      const [left] = [...at.written.join('').matchAll(/500\/2000 +(\d+)s left/g)].map(([, seconds]) =>
        Number(seconds),
      );
      expect(left).toBeGreaterThan(9); // 15 s, when another hundred is done in each second.
    } finally {
      vi.useRealTimers();
    }
  });

  it('counts where nobody knows how many there are', async () => {
    const at = surroundings({ isTerminal: true });
    using progress = await showProgress(at, 'reading', null);
    progress.advance();
    expect(at.written.join('')).toContain('reading 0');
  });

  it.for([
    ['without a terminal', { isTerminal: false }, {}],
    ['with --quiet', { isTerminal: true }, { quiet: true }],
    ['with --json', { isTerminal: true }, { json: true }],
  ] as const)('writes nothing %s', async ([, where, how]) => {
    const at = surroundings(where, how);
    {
      using progress = await showProgress(at, 'replaying', 4);
      progress.advance();
    }
    expect(at.written).toEqual([]);
  });
});
