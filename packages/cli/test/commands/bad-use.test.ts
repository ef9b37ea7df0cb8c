import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { lines, runCli } from '../support/run-cli.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { shellWord } from '../../src/shell-word.ts';

describe('wrong usage ends with 2 and says what was meant', () => {
  it.each([
    [['inspec'], 'Unknown command "inspec". Did you mean inspect?', 'tapps-mq --help'],
    [['inspect', '--jsn'], 'Unknown option "--jsn". Did you mean --json?', 'tapps-mq inspect --help'],
    [['replay', '--agnet', 'x'], 'Unknown option "--agnet". Did you mean --agent?', 'tapps-mq replay --help'],
    [['agents', 'registr', 'x'], 'Did you mean register?', 'tapps-mq agents --help'],
    [['inspect', '-z'], 'Unknown option "-z".', 'tapps-mq inspect --help'],
    [['inspect', '-qv'], '--quiet and --verbose exclude each other', 'tapps-mq inspect --help'],
    [['inspect', 'a', 'b'], 'Unknown argument "b".', 'tapps-mq inspect --help'],
    [['replay', '--exec', 'rm'], 'Unknown option "--exec".', 'tapps-mq replay --help'],
    [[], 'a command is missing', 'tapps-mq --help'],
    [['send'], 'Say what to send', 'tapps-mq send --help'],
    [['ack'], 'An argument is missing: HANDLE.', 'tapps-mq ack --help'],
    [['export'], 'An argument is missing: FILE.', 'tapps-mq export --help'],
    [['dlq', 'show'], 'An argument is missing: ID.', 'tapps-mq dlq --help'],
    [['completion', 'tcsh'], 'SHELL needs one of bash, zsh, fish; got "tcsh".', 'tapps-mq completion --help'],
    [['send', '--to', 'a', '--task', 't'], '--workflow must be given', 'tapps-mq send --help'],
    [['send', '-', '--set', 'task_id'], '--set needs PATH=VALUE', 'tapps-mq send --help'],
    [['send', '-', '--set', '__proto__.x=1'], '--set needs PATH=VALUE', 'tapps-mq send --help'],
    [['send', '-', '--timeout', '1s'], '--timeout goes with --wait', 'tapps-mq send --help'],
    [['work', '--exec', 'true'], '--agent must be given.', 'tapps-mq work --help'],
    [['work', '--agent', 'a'], '--exec COMMAND', 'tapps-mq work --help'],
    [['work', '--agent', 'a', '--exec'], '--exec COMMAND', 'tapps-mq work --help'],
    [
      ['work', '--agent', 'a', '--concurrency', 'many', '--exec', 'true'],
      '--concurrency needs a whole number from 1 to 1000',
      'tapps-mq work --help',
    ],
    [
      ['work', '--agent', 'a', '--timeout', 'soon', '--exec', 'true'],
      '--timeout needs a duration',
      'tapps-mq work --help',
    ],
    [['inspect', '--root'], '--root needs a value, and none follows it.', 'tapps-mq inspect --help'],
    [['replay', '--id', ''], 'The value of id is empty', 'tapps-mq replay --help'],
    [['inspect', ''], 'The value of agent-or-id is empty', 'tapps-mq inspect --help'],
    [['dlq', '--agent', 'a', '--agent', 'b'], '--agent is given more than once', 'tapps-mq dlq --help'],
    [['dlq', '--before', 'yesterday'], '--before needs a moment', 'tapps-mq dlq --help'],
    [
      ['replay', '--from', 'outbox'],
      '--from needs one of dlq, processed; got "outbox".',
      'tapps-mq replay --help',
    ],
    [
      ['send', 'x.json', '--durability', 'high'],
      '--durability needs one of none, file, full; got "high".',
      'tapps-mq send --help',
    ],
  ] as const)('%j', async (argv, message, next) => {
    const cwd = await queueDirectory('a');
    const result = await runCli(argv, { cwd });
    expect(result.exitCode).toBe(2);
    expect(result.stdout).toBe('');
    expect(result.stderr).toContain(message);
    expect(result.stderr).toContain('(ERR_USAGE)');
    expect(result.stderr).toContain(`next: ${next}\n`);
  });

  it('tells it as JSON where that was asked for', async () => {
    const { exitCode, stderr } = await runCli(['inspec', '--json'], { cwd: temporaryDirectory() });
    expect(exitCode).toBe(2);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'ERR_USAGE',
        message: 'Unknown command "inspec". Did you mean inspect?',
        next: 'tapps-mq --help',
      },
    });
  });

  it.each([
    [['work', '--agent', 'a', '--lease', '1ms', '--exec', 'true'], 'lease must be at least 1000 ms'],
    [['receive', '--agent', 'a', '--wait', '9999d'], '--wait must be a duration from 0 to ten years'],
  ])('leaves what the queue finds invalid to the queue, with the same exit code: %j', async (argv, said) => {
    const cwd = await queueDirectory('a');
    const { exitCode, stderr } = await runCli(argv, { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('(ERR_INVALID_OPTION)');
    expect(stderr).toContain(said);
  });
});

describe('a root that is none', () => {
  const commands = [
    ['inspect'],
    ['inspect', 'x'],
    ['agents'],
    ['agents', 'register', 'a'],
    ['dlq'],
    ['dlq', 'show', 'x'],
    ['replay'],
    ['pause'],
    ['resume'],
    ['send', '-'],
    ['work', '--agent', 'a', '--exec', 'true'],
  ];

  it.each(commands.map((argv) => [argv]))('%j says how to make one, and makes nothing', async (argv) => {
    const cwd = temporaryDirectory();
    const { exitCode, stdout, stderr } = await runCli(argv, { cwd, stdin: '{}' });
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain('(ERR_NOT_A_MESSAGES_DIRECTORY)');
    expect(stderr).toContain('next: tapps-mq init\n');
    expect((await runCli(argv, { cwd, stdin: '{}' })).stderr).toBe(stderr);
  });

  it('advises no init over a layout that cannot be read', async () => {
    const cwd = await queueDirectory('coder');
    writeFileSync(join(cwd, '.tapps-agents/messages/layout.json'), '[]');
    expect((await runCli(['inspect'], { cwd })).stderr).not.toMatch(/next: .* init/);
  });

  it.each(['', '{"layo', 'half'])(
    'says how a damaged layout.json (%j) is put right, which then helps',
    async (text) => {
      const cwd = await queueDirectory('coder');
      await sendMessages(cwd, task({ message_id: 'm' }));
      writeFileSync(join(cwd, '.tapps-agents/messages/layout.json'), text);
      const { exitCode, stderr } = await runCli(['inspect'], { cwd });
      expect(exitCode).toBe(1);
      expect(stderr).toContain('next: tapps-mq init   (writes that file again)\n');
      expect((await runCli(['init'], { cwd })).exitCode).toBe(0);
      expect((await runCli(['inspect', 'm'], { cwd })).exitCode).toBe(0);
    },
  );

  it('says of a layout.json that is something else to put it right, as it may be of another program', async () => {
    const cwd = await queueDirectory('coder');
    writeFileSync(join(cwd, '.tapps-agents/messages/layout.json'), '{"name":"x"}');
    const { stderr } = await runCli(['inspect'], { cwd });
    expect(stderr).toMatch(/write \{"layout": 1\} if this directory was made by this version/);
    expect(stderr).toContain('next: put that file right as it is said above; or name another directory');
    const init = await runCli(['init'], { cwd });
    expect(init.stderr).toContain('next: name a directory that is new or empty with --root\n');
  });

  it('repeats --root in the next step', async () => {
    const { stderr } = await runCli(['inspect', '--root', 'my queue'], { cwd: temporaryDirectory() });
    expect(stderr).toContain(`next: tapps-mq --root ${shellWord('my queue')} init\n`);
  });

  it.each(['a file', 'a directory of other things'])('refuses %s', async (kind) => {
    const cwd = temporaryDirectory();
    const root = join(cwd, 'root');
    if (kind === 'a file') writeFileSync(root, 'x');
    else {
      mkdirSync(root);
      writeFileSync(join(root, 'thesis.tex'), 'x');
    }
    for (const command of ['inspect', 'init']) {
      const { exitCode, stderr } = await runCli([command, '--root', root], { cwd });
      expect(exitCode).toBe(1);
      expect(stderr).toContain('(ERR_NOT_A_MESSAGES_DIRECTORY)');
      // What would be refused in its turn is no advice.
      expect(stderr).toMatch(/next: name .* with --root/);
    }
  });

  it('says so where it may not write', async ({ skip }) => {
    skip(process.platform !== 'linux' && process.getuid?.() === 0, 'root may write everywhere but in /sys');
    skip(process.platform === 'win32', 'Windows has no permission bits');
    const cwd = temporaryDirectory();
    chmodSync(cwd, 0o500);
    // Permissions do not bind root; the kernel's own directory takes no files from anybody.
    const root = process.getuid?.() === 0 ? '/sys/kernel/queue' : join(cwd, 'queue');
    const { exitCode, stderr } = await runCli(['init', '--root', root], { cwd });
    chmodSync(cwd, 0o700);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(root);
    expect(stderr).toContain('(ERR_ROOT_UNUSABLE)');
  });
});

describe('what an error quotes', () => {
  const long = 'x'.repeat(100_000);

  it.each([
    [['inspect', long]],
    [['replay', '--agent', long]],
    [['purge', long]],
    [['schema', long]],
    [[long]],
  ])('%#: is bounded, and what to do still stands at its end', async (argv) => {
    const { stderr } = await runCli(argv, { cwd: await queueDirectory('coder') });
    expect(stderr.length).toBeLessThan(3_000);
    expect(stderr).toMatch(/ … .*\(ERR_[A-Z_]+\)\n {2}next: /);
  });
});

describe('stack traces', () => {
  it('are shown with --debug only', async () => {
    const cwd = temporaryDirectory();
    const plain = await runCli(['inspect'], { cwd });
    const debug = await runCli(['inspect', '--debug'], { cwd });
    expect(plain.stderr).not.toMatch(/^\s+at /m);
    expect(debug.stderr).toMatch(/^\s+at /m);
    const json = await runCli(['inspect', '--debug', '--json'], { cwd });
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { stack: expect.stringContaining('    at ') } });
  });
});

describe('help', () => {
  const names = [
    ['init'],
    ['agents'],
    ['agents', 'register'],
    ['send'],
    ['work'],
    ['inspect'],
    ['dlq'],
    ['dlq', 'show'],
    ['replay'],
    ['pause'],
    ['resume'],
  ];

  it.each(names.map((name) => [name]))('of %j has an example', async (name) => {
    const { exitCode, stdout, stderr } = await runCli([...name, '--help'], { cwd: temporaryDirectory() });
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`Examples:\n(.*\n)*? .*tapps-mq ${name.join(' ')}`));
  });

  it('lists every command, in the width of the terminal', async () => {
    const { stdout } = await runCli(['--help'], { cwd: temporaryDirectory(), columns: 60 });
    for (const [name] of names) expect(stdout).toContain(`tapps-mq ${name}`);
    for (const line of lines(stdout)) expect(line.length).toBeLessThanOrEqual(60);
  });

  it('has a version', async () => {
    const { exitCode, stdout } = await runCli(['--version'], { cwd: temporaryDirectory() });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

it('sends whoever mistyped an agent to those that are known, and whoever sent no JSON to what shows why', async () => {
  const cwd = await queueDirectory('coder');
  const argv = ['send', '--to', 'codr', '--workflow', 'w', '--task', 't'];
  expect((await runCli(argv, { cwd })).stderr).toMatch(
    /Did you mean "coder"\?[^]*next: tapps-mq agents {3}\(/,
  );
  const unlike = await runCli(['send', '--to', 'somebody', ...argv.slice(3)], { cwd });
  expect(unlike.stderr).toContain('next: tapps-mq agents register somebody ');
  const { stderr } = await runCli(['send', '-'], { cwd, stdin: '{' });
  expect(stderr).toMatch(/ERR_MESSAGE_NOT_JSON\)[^]*next: tapps-mq validate FILE /);
});
