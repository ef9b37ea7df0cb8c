import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newMessageId } from '@tapps-agents/contracts';
import { describe, expect, it, vi } from 'vitest';
import { COMMANDS } from '../src/commands/commands.ts';
import * as safeText from '../src/render/safe-text.ts';
import { fillHostileDirectory, hostileTask, LAST_WORDS, SHOWN_PLACES } from './support/hostile-directory.ts';
import { HOSTILE, HOSTILE_ID, unsafeIn } from './support/hostile-text.ts';
import { queueDirectory, sendMessages, task } from './support/queue-directory.ts';
import { runCli } from './support/run-cli.ts';
import type { Result, Surroundings } from './support/run-cli.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

/*
 * Ids, reasons, file names, contents, errors and arguments come from other people. None of them may make a terminal do anything:
 * every command is run with hostile text in every place that it shows text from, as a person and as a program would run it,
 * and what it writes may hold this program's own styles and nothing else that is not text.
 */

/** What a command may get after its name so that it ends by itself, where it would not. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  work: ['--until-empty', '--exec', process.execPath, '-e', ''],
};

/** `watch` would not end at all. */
const INTERRUPTED = { first: AbortSignal.abort(), second: new AbortController().signal };

/** For every command: hostile text as each option's value, as an argument, as an option's name. */
function hostileCommandLines(): readonly (readonly string[])[] {
  const lines: string[][] = [[HOSTILE], [`--${HOSTILE}`], ['--help', HOSTILE], []];
  for (const { name, options, subcommands = [] } of COMMANDS) {
    const ends = [...(ENDS[name] ?? [])];
    for (const text of [HOSTILE, HOSTILE_ID]) {
      lines.push([name, text, ...ends], [name, `--${text}`, ...ends], [name, text, text, ...ends]);
      for (const subcommand of subcommands)
        lines.push([name, subcommand, text], [name, subcommand, `--${text}`]);
      for (const option of [...options, 'root', 'json', 'color']) {
        if (option === 'exec') continue; // Everything after it belongs to a command that is run: see below.
        const needed = name === 'work' && option !== 'agent' ? ['--agent', 'coder'] : [];
        lines.push([name, ...needed, `--${option}`, text, ...ends]);
      }
    }
  }
  return lines;
}

/** What shows, or acts on, what is on disk; in this order. */
const SHOWING: readonly (readonly string[])[] = [
  ['inspect'],
  ['agents'],
  ...['ready', 'failed', 'leased', 'done', 'rejected', 'schema', 'id '].map((id) => ['inspect', id]),
  ['dlq'],
  ['dlq', 'list'],
  ['export', '-'],
  ...['rejected', 'schema', 'id ', 'unidentified'].map((id) => ['dlq', 'show', id]),
  ['replay'],
  ['replay', '--force'],
  ['replay', '--from', 'processed', '--force'],
  ['resume'],
  ['resume'],
  ['resume', '--agent', 'coder'],
  ['resume', '--agent', 'nobody'],
  ['replay', '--yes', '--force', '--limit', '3'],
  ['work', '--agent', 'coder', '--once', ...LAST_WORDS],
  ['pause', '--note', HOSTILE],
  ['inspect'],
];

/** As on terminals wide and narrow, in a pipe, as JSON, and with stack traces. */
const WAYS: readonly { readonly flags: readonly string[]; readonly columns?: number }[] = [
  { flags: ['--color'], columns: 200 },
  { flags: ['--color', '--debug'], columns: 40 },
  { flags: [] },
  { flags: ['--json', '--debug'] },
];

/** Enough where it is about arguments, which errors repeat. */
const FEW_WAYS = WAYS.filter(({ flags }) => flags.includes('--debug'));

type Run = (argv: readonly string[], surroundings: Surroundings) => Promise<Result>;

/** Runs a command line in every way; returns what was unsafe in what it wrote, and all that it wrote. */
async function wrote(
  argv: readonly string[],
  surroundings: Surroundings,
  run: Run = runCli,
  ways = WAYS,
): Promise<{ readonly unsafe: readonly string[]; readonly text: string }> {
  const unsafe: string[] = [];
  let text = '';
  for (const { flags, columns } of ways) {
    const [name = '', ...rest] = argv;
    const { stdout, stderr } = await run(
      [...flags, name, ...rest].filter((word) => word !== ''),
      {
        ...surroundings,
        ...(columns === undefined ? {} : { columns }),
        ...(name === 'watch' && { interrupts: INTERRUPTED }),
      },
    );
    const styled = flags.includes('--color') || argv.includes('--color');
    unsafe.push(...unsafeIn(stdout, { styled }));
    unsafe.push(...unsafeIn(stderr, { styled, bars: columns !== undefined }));
    text += stdout + stderr;
  }
  return { unsafe, text };
}

/** What `sanitize` would be to somebody careless. */
function asItIs(text: string): safeText.SafeText {
  return safeText.SafeText.trusted(text);
}

describe('what a command writes', () => {
  it('is safe whatever its arguments are', async () => {
    const cwd = await queueDirectory('coder', `agent ${HOSTILE_ID}`);
    for (const argv of hostileCommandLines())
      expect([argv, (await wrote(argv, { cwd }, runCli, FEW_WAYS)).unsafe]).toEqual([argv, []]);
  }, 240_000);

  it('is safe whatever command is to be run for a message', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'waits' }));
    for (const command of [HOSTILE, HOSTILE_ID]) {
      for (const exec of [
        ['--exec', command],
        [`--exec=${command}`, command],
      ]) {
        const { unsafe, text } = await wrote(
          ['work', '--agent', 'coder', '--once', ...exec],
          { cwd },
          runCli,
          FEW_WAYS,
        );
        expect([exec, unsafe]).toEqual([exec, []]);
        expect(text).toContain('Cannot run'); // The message is back each time.
      }
    }
  }, 120_000);

  it('is safe whatever is on disk, and all of that is shown somewhere', async () => {
    const cwd = temporaryDirectory();
    await fillHostileDirectory(cwd);
    let all = '';
    for (const argv of SHOWING) {
      if (argv[0] === 'work') await sendMessages(cwd, ...WAYS.map(() => hostileTask(newMessageId())));
      const { unsafe, text } = await wrote(argv, { cwd });
      expect([argv, unsafe]).toEqual([argv, []]);
      all += text;
    }
    for (const place of SHOWN_PLACES) expect(all).toContain(`<${place}>`);
    expect(all).toContain('\\u001b'); // What is unsafe is shown for what it is.
  }, 240_000);

  it('is safe whatever it is given to send', async () => {
    const cwd = await queueDirectory('coder', `agent ${HOSTILE_ID}`);
    const envelope = { message_type: 'task_assignment', workflow_id: 'w', task_id: 't', agent_id: 'boss' };
    const lines = [
      HOSTILE,
      JSON.stringify(HOSTILE),
      JSON.stringify({ ...envelope, assigned_to: `agent ${HOSTILE_ID}y` }),
      JSON.stringify({ ...envelope, assigned_to: HOSTILE }),
      JSON.stringify({ ...envelope, assigned_to: 'coder', message_id: HOSTILE }),
      JSON.stringify({ ...envelope, assigned_to: 'coder', message_id: `ok ${HOSTILE_ID}` }),
      JSON.stringify({ ...envelope, assigned_to: 'coder', [HOSTILE]: HOSTILE, priority: HOSTILE }),
      JSON.stringify({ ...envelope, message_type: HOSTILE, assigned_to: 'coder' }),
      JSON.stringify({ ...envelope, assigned_to: 'coder', schema_version: HOSTILE, created_at: HOSTILE }),
    ];
    for (const stdin of [...lines, lines.join('\n')])
      expect([stdin, (await wrote(['send', '-'], { cwd, stdin })).unsafe]).toEqual([stdin, []]);
    if (process.platform === 'win32') return; // No file can have such a name there.
    writeFileSync(join(cwd, HOSTILE), '{');
    expect((await wrote(['send', HOSTILE], { cwd })).unsafe).toEqual([]);
  }, 120_000);

  it.each([
    ['a text of its version', JSON.stringify({ layout: HOSTILE })],
    ['a version to come', JSON.stringify({ layout: 99, created_at: HOSTILE, [HOSTILE]: HOSTILE })],
    ['no version at all', HOSTILE],
  ])(
    'is safe where the messages directory has %s, or a hostile path',
    async (_name, version) => {
      const name = process.platform === 'win32' ? HOSTILE_ID.replaceAll(/[\u2028]/g, '') : HOSTILE;
      const cwd = join(temporaryDirectory(), name);
      mkdirSync(join(cwd, '.tapps-agents/messages/inbox'), { recursive: true });
      for (const argv of [
        ['inspect'],
        ['init'],
        ['work', '--agent', 'a', '--until-empty', '--exec', HOSTILE],
      ])
        expect((await wrote(argv, { cwd })).unsafe).toEqual([]);
      writeFileSync(join(cwd, '.tapps-agents/messages/layout.json'), version);
      for (const argv of [['inspect'], ['init'], ['agents'], ['dlq'], ['pause']]) {
        expect((await wrote(argv, { cwd })).unsafe).toEqual([]);
        expect((await wrote(argv, { cwd, env: { TAPPS_MQ_ROOT: HOSTILE } })).unsafe).toEqual([]);
        expect((await wrote([...argv, '--root', cwd], { cwd })).unsafe).toEqual([]);
      }
    },
    120_000,
  );

  it('may have the sequences of a bar only where one stands', async () => {
    const taken = '\r\u001b[K\u001b[1G\u001b[2K';
    const bar = `\u001b[1Greplaying [####....] 50%  2/4  1s left\u001b[0K${taken}`;
    expect(unsafeIn(bar, { styled: true, bars: true })).toEqual([]);
    expect(unsafeIn(bar, { styled: true })).not.toEqual([]);
    expect(unsafeIn(taken, { styled: true, bars: true })).not.toEqual([]);
    expect(unsafeIn(`\u001b[1G${HOSTILE}\u001b[0K`, { styled: true, bars: true })).not.toEqual([]);
    expect(unsafeIn('\u001b[1Gevil: x\u202e\u001b[0K', { styled: true, bars: true })).not.toEqual([]);
    expect(unsafeIn('\r\u001b[Kreading x\r\u001b[K', { styled: true, bars: true })).toEqual([]);
    expect(unsafeIn(`\r\u001b[Kreading ${HOSTILE}\r\u001b[K`, { styled: true, bars: true })).not.toEqual([]);
    expect(unsafeIn('a\r\u001b[Kb', { styled: true, bars: true })).not.toEqual([]);

    // And a command with a bar, on a terminal: what it says on standard output goes above the bar, and moves nothing.
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, ...Array.from({ length: 3 }, () => hostileTask(newMessageId())));
    await runCli(['work', '--agent', 'coder', '--until-empty', ...LAST_WORDS], { cwd });
    const { stdout, stderr } = await runCli(['replay', '--yes'], { cwd, columns: 80 });
    expect(stdout).toContain('replayed');
    expect(stderr).toMatch(/replaying \[#*\.*\] \d+% {2}\d\/3/);
    expect(unsafeIn(stdout, { styled: true })).toEqual([]);
    expect(unsafeIn(stderr, { styled: true, bars: true })).toEqual([]);
  });

  it('would not be, without the one place that makes text safe: this is noticed', async () => {
    const cwd = temporaryDirectory();
    await fillHostileDirectory(cwd);
    vi.resetModules();
    vi.doMock('../src/render/safe-text.ts', () => ({
      ...safeText,
      sanitize: asItIs,
      sanitizeBlock: asItIs,
    }));
    const { runCli: careless } = await import('./support/run-cli.ts');
    for (const argv of [['dlq', 'show', 'rejected'], ['agents'], ['inspect', HOSTILE]])
      expect((await wrote(argv, { cwd }, careless)).unsafe).not.toEqual([]);
    vi.doUnmock('../src/render/safe-text.ts');
    vi.resetModules();
  }, 60_000);
});
