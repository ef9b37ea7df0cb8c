import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli } from '../support/run-cli.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

describe('init', () => {
  it('makes a messages directory that git leaves alone, once', async () => {
    const cwd = temporaryDirectory();
    const made = await runCli(['init'], { cwd });
    expect([made.exitCode, made.stdout]).toEqual([0, `Made ${join('.tapps-agents', 'messages')}.\n`]);
    expect(readFileSync(join(cwd, '.tapps-agents/messages/.gitignore'), 'utf8')).toContain('*');
    const again = await runCli(['init', '--json'], { cwd });
    expect(again.json()).toEqual([{ root: join(cwd, '.tapps-agents/messages'), created: false }]);
    expect(again.stderr).toBe('');
  });

  it('makes it here, also below another, and says so', async () => {
    const cwd = await queueDirectory();
    const below = join(cwd, 'sub');
    mkdirSync(below);
    const { stderr } = await runCli(['init'], { cwd: below });
    expect(existsSync(join(below, '.tapps-agents/messages/layout.json'))).toBe(true);
    expect(stderr).toContain(join(cwd, '.tapps-agents/messages'));
  });

  it('makes it where --root or the environment says', async () => {
    const cwd = temporaryDirectory();
    await runCli(['init', '--root', 'one'], { cwd });
    await runCli(['init'], { cwd, env: { TAPPS_MQ_ROOT: 'two' } });
    expect(existsSync(join(cwd, 'one/layout.json')) && existsSync(join(cwd, 'two/layout.json'))).toBe(true);
  });
});

describe('init --group', () => {
  it.skipIf(process.platform === 'win32')(
    'makes a directory that stays open to the group whatever commands write into it [Windows has no permission bits]',
    async () => {
      const cwd = temporaryDirectory();
      expect((await runCli(['init', '--group'], { cwd })).exitCode).toBe(0);
      await runCli(['agents', 'register', 'coder'], { cwd });
      await sendMessages(cwd, task());
      const root = join(cwd, '.tapps-agents/messages');
      const closed = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => {
        const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777;
        return mode !== (entry.isDirectory() ? 0o770 : 0o660);
      });
      expect(closed.map(({ name }) => name)).toEqual([]);
    },
  );
});

describe('agents', () => {
  it('registers, and lists one a line', async () => {
    const cwd = await queueDirectory();
    const empty = await runCli(['agents'], { cwd });
    expect([empty.exitCode, empty.stdout]).toEqual([0, '']);
    expect(empty.stderr).toContain('tapps-mq agents register NAME');

    const registered = await runCli(['agents', 'register', 'coder', '007', 'a/b:c'], { cwd });
    expect(registered.stdout).toBe('registered coder\nregistered 007\nregistered a/b:c\n');
    expect((await runCli(['agents'], { cwd })).stdout).toBe('007\na/b:c\ncoder\n');
    expect((await runCli(['agents', 'list', '--json'], { cwd })).json()).toEqual([
      { agents: ['007', 'a/b:c', 'coder'] },
    ]);
  });

  it('says which were known before', async () => {
    const cwd = await queueDirectory('coder');
    const { exitCode, stdout } = await runCli(['agents', 'register', 'coder', 'tester', '--json'], { cwd });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ registered: ['tester'], known: ['coder'] });
  });

  it('says how far it came when a name cannot be', async () => {
    const cwd = await queueDirectory();
    const partly = await runCli(['agents', 'register', 'coder', 'bad\u0007name'], { cwd });
    expect(partly.exitCode).toBe(5);
    expect(partly.stderr).toContain('Registered coder, then failed at bad\\u0007name');
    const none = await runCli(['agents', 'register', 'bad\u0007name'], { cwd });
    expect(none.exitCode).toBe(2);
  });
});

describe('pause and resume', () => {
  it('pauses and resumes one agent, or everything', async () => {
    const cwd = await queueDirectory('coder');
    expect((await runCli(['pause', '--agent', 'coder', '--note', 'bad deploy'], { cwd })).stdout).toBe(
      'paused coder\n',
    );
    expect((await runCli(['pause', '--json'], { cwd })).json()).toEqual([{ paused: null }]);
    const shown = (await runCli(['inspect'], { cwd })).stdout;
    expect(shown).toContain('bad deploy: tapps-mq resume --agent coder\n');
    expect(shown).toMatch(/everything is paused.*: tapps-mq resume\n/);

    const resumed = await runCli(['resume'], { cwd });
    expect([resumed.exitCode, resumed.stdout]).toEqual([0, 'resumed everything\n']);
    expect(resumed.stderr).toContain('still paused: coder. next: tapps-mq resume --agent coder');
    const nothing = await runCli(['resume'], { cwd });
    expect(nothing.exitCode).toBe(3);
    expect(nothing.stderr).toContain('next: tapps-mq resume --agent coder');
    expect((await runCli(['resume', '--agent', 'coder', '--json'], { cwd })).json()).toEqual([
      { resumed: 'coder' },
    ]);
    expect((await runCli(['inspect', '--json'], { cwd })).json()[0]).toMatchObject({
      pauses: [],
      advice: [],
    });
  });

  it('refuses to pause an agent that nobody knows', async () => {
    const cwd = await queueDirectory('coder');
    const { exitCode, stderr } = await runCli(['pause', '--agent', 'codr'], { cwd });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('No agent is called codr. Did you mean coder? (ERR_UNKNOWN_AGENT)');
  });
});
