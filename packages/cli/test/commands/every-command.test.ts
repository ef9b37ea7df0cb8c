import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandReferences, globalOptionReferences } from '../../src/command-reference.ts';
import type { CommandReference } from '../../src/command-reference.ts';
import { COMMANDS } from '../../src/commands/commands.ts';
import { documents } from '../../src/json/documents.ts';
import { bundledForAll, start } from '../support/bundled-cli.ts';
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
  const cli = bundledForAll();

  it('ends every command quietly, whichever there are', async () => {
    const cwd = await queueDirectory('coder', 'idle');
    await sendMessages(cwd, task({ message_id: 'dead-1', task_id: 'a' }));
    await runCli(['work', '--agent', 'coder', '--once', ...nodeCommand('process.exit(65)')], { cwd });
    const tasks = Array.from({ length: 12 }, (_, index) => task({ task_id: `t${index}` }));
    writeFileSync(join(cwd, 'message.json'), JSON.stringify(task({ message_id: 'from-a-file' })));
    await sendMessages(cwd, task({ message_id: 'one', task_id: 'b' }), ...tasks);
    await runCli(['export', 'queue.ndjson'], { cwd });
    const taken = await runCli(['receive', '--agent', 'coder', '--count', '6', '--json'], { cwd });
    const handles = taken.json().map(({ handle }) => String(handle));
    const endsQuietly = async (argv: readonly string[]): Promise<void> => {
      const running = start(cli, argv, { cwd });
      running.child.stdout?.destroy();
      const { exitCode, signal, stderr } = await running.ended;
      if (argv[0] === 'receive') {
        // What nobody could read the handle of is not held, which is not what was asked for.
        expect([exitCode, stderr]).toEqual([1, expect.stringContaining('(ERR_READER_LEFT)')]);
        return;
      }
      const expected = OTHER_CODES[argv[0] ?? ''] ?? 0;
      expect([signal, exitCode], `${argv.join(' ')}: ${stderr}`).toEqual([null, expected]);
      expect(stderr, argv.join(' ')).not.toMatch(/EPIPE|^ +at |Interrupted|ERR_/m);
    };
    const looks = ALL.filter(({ path }) => LOOKS.has(path)).map((command) => commandLine(command, handles));
    looks.push(['--help'], ['--version'], ['inspect', 'one'], ['inspect', '--json']);
    while (looks.length > 0) await Promise.all(looks.splice(0, 4).map(endsQuietly));
    await endsQuietly(['export', 'q.tar']);
    for (const command of ALL.filter(({ path }) => !LOOKS.has(path)))
      await endsQuietly(commandLine(command, handles));
  }, 300_000); // Some fifty processes, most of them one after the other.

  it('is one that has seen enough, too: the first line of many, or of a watch', async () => {
    const cwd = await queueDirectory('coder');
    // More than fits into a pipe and into what its reader takes of it at once.
    const inputs = { config: { long: 'x'.repeat(2_000) } };
    const many = Array.from({ length: 160 }, (_, index) => task({ task_id: `t${index}`, inputs }));
    await sendMessages(cwd, ...many);
    for (const argv of [
      ['export', '-'],
      ['watch', '--interval', '100ms'],
      ['receive', '--agent', 'coder', '--count', '120'],
    ]) {
      const running = start(cli, argv, { cwd });
      running.child.stdout?.once('data', () => running.child.stdout?.destroy());
      const { exitCode, signal, stderr } = await running.ended;
      expect([signal, exitCode, stderr], argv.join(' ')).toEqual([null, 0, '']);
    }
  });
});

/** What stands for an argument or for an option that must be given, by its name, or by its command's and its name. */
const VALUES: Readonly<Record<string, string>> = {
  agent: 'coder',
  id: 'dead-1',
  reason: 'a reason',
  names: 'reviewer',
  file: 'queue.ndjson',
  files: 'message.json',
  shell: 'zsh',
  'export file': '-',
};

/** What changes nothing may run side by side, before anything changes. */
const LOOKS: ReadonlySet<string> = new Set([
  'agents',
  'agents list',
  'inspect',
  'doctor',
  'dlq',
  'dlq list',
  'dlq show',
  'schema',
  'validate',
  'completion',
]);

/** A reader that leaves hides no failure: something is found, the message is none, and no other try is left. */
const OTHER_CODES: Readonly<Record<string, number>> = { doctor: 4, validate: 1, retry: 1 };

/** What else a command needs so that it says something, and ends. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  send: ['message.json'],
  work: ['--once', ...nodeCommand('')],
  drain: ['idle'],
  purge: ['coder', '-n'],
  schema: ['task_assignment'],
};

/** A command line for any command, from what it says of itself: each argument and each option that must be given. */
function commandLine(command: CommandReference, handles: string[]): readonly string[] {
  const { path, positionals, options } = command;
  const valueOf = (name: string): string => {
    const value = name === 'handle' ? handles.pop() : (VALUES[`${path} ${name}`] ?? VALUES[name]);
    if (value === undefined) throw new Error(`Nothing is known that could stand for ${name} of ${path}.`);
    return value;
  };
  return [
    ...path.split(' '),
    ...positionals.filter(({ isRequired }) => isRequired).map(({ name }) => valueOf(name)),
    ...options.filter(({ isRequired }) => isRequired).flatMap(({ name }) => [`--${name}`, valueOf(name)]),
    ...(MORE[path] ?? []),
  ];
}
