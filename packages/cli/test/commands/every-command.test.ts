import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandReferences, globalOptionReferences } from '../../src/command-reference.ts';
import type { CommandReference } from '../../src/command-reference.ts';
import { COMMANDS } from '../../src/commands/commands.ts';
import { documents } from '../../src/json/documents.ts';
import { bundleCli, start } from '../support/bundled-cli.ts';
import type { BundledCli } from '../support/bundled-cli.ts';
import { nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const TOP = commandReferences();
const ALL = TOP.flatMap(withSubcommands);

function withSubcommands(command: CommandReference): readonly CommandReference[] {
  return [command, ...command.subcommands.flatMap(withSubcommands)];
}

/** A slip of the fingers: two letters in the other order, or a letter too many where that makes no difference. */
function misspelt(option: string): string {
  const slip = `${option.slice(0, 1)}${option.slice(2, 3)}${option.slice(1, 2)}${option.slice(3)}`;
  return slip === option ? `${option}x` : slip;
}

describe.each(ALL.map((command) => [command.path, command] as const))('%s', (path, command) => {
  it('has help, with an example of itself for each reader', async () => {
    const { exitCode, stdout, stderr } = await runCli([...path.split(' '), '--help'], {
      cwd: temporaryDirectory(),
    });
    expect([exitCode, stderr]).toEqual([0, '']);
    const [name = ''] = path.split(' ');
    expect(stdout).toMatch(new RegExp(`Examples:\n(.*\n)*?.*tapps-mq ${name}`));
    for (const { letter, name: option } of command.options) {
      expect(stdout).toContain(letter === undefined ? `--${option}` : `-${letter}, --${option}`);
    }
  });

  it('describes each of its options and arguments, and says nothing twice', () => {
    const own = new Set(command.options.map(({ name }) => name)); // They win.
    const options = [...command.options, ...globalOptionReferences().filter(({ name }) => !own.has(name))];
    for (const { describe: words, name } of [...options, ...command.positionals]) {
      expect(words, name).not.toBe('');
    }
    const names = options.flatMap(({ name, letter }) => (letter === undefined ? [name] : [name, letter]));
    expect(names).toEqual([...new Set(names)]);
    expect(command.summary).not.toBe('');
  });

  it('refuses an option that it does not have with 2, and names the one that was meant', async () => {
    const cwd = temporaryDirectory();
    const options = [...command.options, ...globalOptionReferences()].map(({ name }) => name);
    for (const option of options.filter((name) => name.length > 3)) {
      const argv = [...path.split(' '), `--${misspelt(option)}`];
      const { exitCode, stdout, stderr } = await runCli(argv, { cwd });
      expect([exitCode, stdout], argv.join(' ')).toEqual([2, '']);
      if (stderr.includes('is missing') || stderr.includes('must be given')) continue;
      expect(stderr, argv.join(' ')).toContain(`Did you mean --${option}?`);
    }
  });
});

describe('all commands', () => {
  it('are known by the names of their options and subcommands, for suggestions', () => {
    for (const { name, options, subcommands = [] } of COMMANDS) {
      const reference = TOP.find(({ path }) => path === name);
      if (reference === undefined) throw new Error(`${name} adds no command of its name.`);
      const own = withSubcommands(reference).flatMap((one) => one.options.map((option) => option.name));
      // `no-reset-failures` is another way to write an option that is there.
      const named = options.filter(
        (option) => !own.includes(option.replace(/^no-/, '')) || own.includes(option),
      );
      expect(new Set(named), name).toEqual(new Set(own));
      expect(subcommands, name).toEqual(reference.subcommands.map(({ path }) => path.split(' ')[1]));
    }
  });

  it('have a document for --json', () => {
    const printing = new Set(documents().flatMap(({ printedBy }) => printedBy.map((by) => by.split(' ')[0])));
    for (const { name } of COMMANDS) expect(printing, name).toContain(name);
  });
});

describe('a reader that leaves', () => {
  let cli: BundledCli;
  beforeAll(async () => {
    cli = await bundleCli();
  });
  afterAll(() => cli.remove());

  it('ends every command quietly', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'dead-1', task_id: 'a' }));
    await runCli(['work', '--agent', 'coder', '--once', ...nodeCommand('process.exit(65)')], { cwd });
    await sendMessages(cwd, task({ message_id: 'one', task_id: 'b' }), task({ task_id: 'c' }));
    const lines: readonly (readonly string[])[] = [
      ['--help'],
      ['--version'],
      ['agents'],
      ['inspect'],
      ['inspect', 'one'],
      ['inspect', '--json'],
      ['dlq'],
      ['dlq', 'show', 'dead-1'],
      ['replay'],
      ['doctor'],
      ['completion', 'zsh'],
      ['send', '--to', 'coder', '--workflow', 'w', '--task', 'd'],
      ['receive', '--agent', 'coder'],
      ['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')],
      ['pause'],
      ['resume'],
    ];
    for (const argv of lines) {
      const running = start(cli, argv, { cwd });
      running.child.stdout?.destroy();
      const { exitCode, signal, stderr } = await running.ended;
      expect([signal, exitCode === 0 || exitCode === 4], argv.join(' ')).toEqual([null, true]);
      expect(stderr, argv.join(' ')).not.toMatch(/EPIPE|^ +at |Interrupted|ERR_/m);
    }
  });
});
