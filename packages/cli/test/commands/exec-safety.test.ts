import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shellWord } from '../../src/shell-word.ts';
import { bundledForAll, start } from '../support/bundled-cli.ts';
import { dropFile, nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';

/*
 * What a message says reaches its command as data only: on standard input and in values of the environment. No shell reads any of
 * it, and no value of it can end a variable, begin another, or keep the command from being started.
 */

const cli = bundledForAll();

/** Every id of these would make a file called `x` if a shell of any kind saw it. */
const SHELL_TEXTS = [
  '$(touch x)',
  '`touch x`',
  '; touch x;',
  '" ; touch x ; "',
  "' ; touch x ; '",
  '| touch x',
  '&& touch x',
  '& echo x > x &',
  '%COMSPEC% & echo x > x',
  '^" & echo x > x & "',
  '--exec touch x',
  '-rf',
  '$TAPPS_MQ_ROOT',
  '*',
  '~',
  '\\',
  '=',
  'A=B',
];

/** Writes what it was given to `given-<n>.json`, and echoes it, as a result, on standard output. */
const TELLS = `
  const { readFileSync, readdirSync, writeFileSync } = require('fs');
  const given = {
    arguments: process.argv.slice(1),
    message: JSON.parse(readFileSync(0, 'utf8')),
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => /^TAPPS_MQ_/i.test(name))),
    names: Object.keys(process.env),
  };
  writeFileSync('given-' + readdirSync('.').length + '.json', JSON.stringify(given));
  console.log(JSON.stringify({ output: given }));`;

interface Given {
  readonly arguments: readonly string[];
  readonly message: Record<string, unknown>;
  readonly env: Record<string, string>;
  readonly names: readonly string[];
}

function givenIn(cwd: string): readonly Given[] {
  return readdirSync(cwd)
    .filter((name) => name.startsWith('given-'))
    .map((name) => JSON.parse(readFileSync(join(cwd, name), 'utf8')) as Given);
}

async function work(
  cwd: string,
  env: Record<string, string> = {},
): Promise<Awaited<ReturnType<typeof start>['ended']>> {
  const argv = [
    'work',
    '--agent',
    'coder',
    '--until-empty',
    ...nodeCommand(TELLS),
    '--',
    '$(touch x)',
    '`x`',
  ];
  return await start(cli, argv, { cwd, env }).ended;
}

describe('work --exec', () => {
  it('passes every text of a message as data, whatever a shell would make of it', async () => {
    const cwd = await queueDirectory('coder');
    const messages = SHELL_TEXTS.map((text, index) =>
      task({
        message_id: `${index} ${text}`,
        task_id: text,
        workflow_id: text,
        agent_id: text,
        idempotency_key: text,
        inputs: { files: [text], parameters: { [text]: text }, environment: { [text]: text, PATH: text } },
      }),
    );
    await sendMessages(cwd, ...messages);
    expect((await work(cwd)).exitCode).toBe(0);
    const given = givenIn(cwd);
    expect(given).toHaveLength(SHELL_TEXTS.length);
    for (const { arguments: args, message, env, names } of given) {
      expect(args).toEqual(['$(touch x)', '`x`']);
      expect(env).toEqual({
        TAPPS_MQ_ROOT: join(cwd, '.tapps-agents/messages'),
        TAPPS_MQ_MESSAGE_ID: message['message_id'],
        TAPPS_MQ_TASK_ID: message['task_id'],
        TAPPS_MQ_WORKFLOW_ID: message['workflow_id'],
        TAPPS_MQ_DELIVERY: '1',
        TAPPS_MQ_IDEMPOTENCY_KEY: message['idempotency_key'],
      });
      // What a message asks for as its environment is the command's to grant.
      for (const name of names) expect(SHELL_TEXTS).not.toContain(name);
    }
    expect(existsSync(join(cwd, 'x'))).toBe(false);
  }, 120_000);

  it.each([
    ['a NUL', 'a\u0000TAPPS_MQ_ROOT=/'],
    ['a line feed', 'a\nTAPPS_MQ_ROOT=/'],
    ['an escape sequence', '\u001b]0;x\u0007'],
    ['half a character', '\ud800'],
    ['more than the system takes', 'k'.repeat(500_000)],
  ])(
    'is not stopped by an idempotency key with %s: its variable is a hash, the message is whole',
    async (_name, key) => {
      const cwd = await queueDirectory('coder');
      await sendMessages(cwd, task({ message_id: 'a', idempotency_key: key }), task({ message_id: 'b' }));
      const { exitCode, stderr } = await work(cwd);
      expect([exitCode, stderr]).toEqual([0, '']);
      const given = givenIn(cwd).toSorted((a, b) =>
        String(a.message['message_id']) < String(b.message['message_id']) ? -1 : 1,
      );
      expect(given.map(({ message }) => message['message_id'])).toEqual(['a', 'b']);
      expect(given[0]?.env['TAPPS_MQ_IDEMPOTENCY_KEY']).toMatch(/^sha256-[0-9a-f]{64}$/);
      expect(given[0]?.env['TAPPS_MQ_ROOT']).toBe(join(cwd, '.tapps-agents/messages'));
      expect(given[0]?.message['idempotency_key']).toBe(key);
      expect(given[1]?.env['TAPPS_MQ_IDEMPOTENCY_KEY']).toBe('coder/b');
    },
    60_000,
  );

  it('never sees a message whose ids have control characters', async () => {
    const cwd = await queueDirectory('coder');
    for (const [index, text] of ['a\nB=C', 'a\u0000b', '\u001b[31m', '\u009b31m'].entries()) {
      const content = { ...task(), schema_version: '1.0', created_at: '2026-01-09T12:30:15Z' };
      dropFile(cwd, 'coder', `${index}.json`, JSON.stringify({ ...content, message_id: text }));
      dropFile(
        cwd,
        'coder',
        `${index}t.json`,
        JSON.stringify({ ...content, message_id: 'm', task_id: text }),
      );
    }
    const { exitCode } = await work(cwd);
    expect(exitCode).toBe(1);
    expect(givenIn(cwd)).toEqual([]);
    const dead = await runCli(['dlq', 'list', '--json'], { cwd });
    expect(dead.json().map(({ reason }) => (reason as { code: string }).code)).toEqual(
      Array.from({ length: 8 }, () => 'invalid_schema'),
    );
  }, 60_000);

  it('sets its variables over those that it was started with', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'a' }));
    await work(cwd, { TAPPS_MQ_MESSAGE_ID: 'forged', TAPPS_MQ_IDEMPOTENCY_KEY: 'forged' });
    expect(givenIn(cwd)[0]?.env).toMatchObject({
      TAPPS_MQ_MESSAGE_ID: 'a',
      TAPPS_MQ_IDEMPOTENCY_KEY: 'coder/a',
    });
  }, 60_000);

  it('takes a command as one word, not as a line for a shell', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task({ message_id: 'a' }));
    const argv = ['work', '--agent', 'coder', '--until-empty', '--exec', 'touch x; touch y'];
    const { exitCode, stderr } = await start(cli, argv, { cwd }).ended;
    expect(exitCode).toBe(1);
    expect(stderr).toContain('there is no such command');
    expect(stderr).toContain(
      `${process.platform === 'win32' ? 'where.exe' : 'which'} ${shellWord('touch x; touch y')}`,
    );
    expect(existsSync(join(cwd, 'x'))).toBe(false);
  }, 60_000);

  // Windows runs these through cmd.exe, which takes arguments apart in ways that cannot be quoted safely.
  it.for(['handle.bat', 'handle.cmd'])(
    'refuses %s, and says what to do',
    { timeout: 60_000 },
    async (name, { skip }) => {
      skip(process.platform !== 'win32', 'only Windows has batch files');
      const cwd = await queueDirectory('coder');
      writeFileSync(join(cwd, name), '@echo %* > x\r\n');
      await sendMessages(cwd, task({ message_id: 'a' }));
      const argv = ['work', '--agent', 'coder', '--until-empty', '--exec', join(cwd, name), '& echo y > y'];
      const { exitCode, stderr } = await start(cli, argv, { cwd }).ended;
      expect(exitCode).toBe(1);
      expect(stderr).toContain('batch files run in a shell');
      expect([existsSync(join(cwd, 'x')), existsSync(join(cwd, 'y'))]).toEqual([false, false]);
    },
  );
});
