import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { MOST_ERROR_BYTES, MOST_OUTPUT_BYTES, runCommand } from '../src/exec/child-process.ts';
import type { Command } from '../src/exec/child-process.ts';

function command(script: string, options: Partial<Command> = {}): Command {
  const never = new AbortController().signal;
  return {
    file: process.execPath,
    arguments: ['-e', script],
    cwd: process.cwd(),
    env: { PATH: process.env['PATH'] },
    input: '',
    stop: never,
    kill: never,
    killAfter_ms: 60_000,
    ...options,
  };
}

/** Aborts when the command has said that it is there. */
function whenItSpeaks(): {
  readonly controller: AbortController;
  readonly onError: (chunk: Uint8Array) => void;
  said: string;
} {
  const controller = new AbortController();
  const watch = {
    controller,
    said: '',
    onError: (chunk: Uint8Array): void => {
      watch.said += new TextDecoder().decode(chunk);
      if (watch.said.includes('\n')) controller.abort();
    },
  };
  return watch;
}

/** A process that has ended may wait for its parent to notice; that one is dead all the same. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const status = `/proc/${pid}/stat`;
    return !existsSync(status) || !readFileSync(status, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

describe('runCommand', () => {
  it('hands over input and environment, and brings back output, errors and the exit code', async () => {
    const script =
      "process.stdin.on('data', (d) => process.stdout.write(d)); console.error(process.env.GREETING); process.exitCode = 7";
    const ending = await runCommand(command(script, { input: 'to and fro', env: { GREETING: 'hello' } }));
    expect(ending.output.text()).toBe('to and fro');
    expect(ending.errorTail).toBe('hello\n');
    expect([ending.exitCode, ending.signal]).toEqual([7, null]);
  });

  it('passes arguments as they are, past every shell', async () => {
    const args = ['$HOME', '`id`', '; exit 3', '*', "it's", ''];
    const ending = await runCommand(
      command('console.log(JSON.stringify(process.argv.slice(1)))', {
        arguments: ['-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--', ...args],
      }),
    );
    expect(JSON.parse(ending.output.text())).toEqual(args);
  });

  it('minds neither a command that does not read its input nor one that writes too much', async () => {
    const script =
      "process.stdin.destroy(); process.stdout.write('o'.repeat(2_000_000)); process.stderr.write('e'.repeat(100_000) + 'end')";
    const ending = await runCommand(command(script, { input: 'x'.repeat(1_000_000) }));
    expect(ending.exitCode).toBe(0);
    expect(ending.output.text()).toHaveLength(MOST_OUTPUT_BYTES);
    expect(ending.output.total_bytes).toBe(2_000_000);
    expect(ending.errorTail).toHaveLength(MOST_ERROR_BYTES);
    expect(ending.errorTail.endsWith('end')).toBe(true);
  });

  it('rejects where the command cannot be started', async () => {
    await expect(runCommand(command('', { file: '/does/not/exist' }))).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  it('stops a command with SIGTERM, which it may heed in its own way', async ({ skip }) => {
    skip(process.platform === 'win32', 'Windows has no signals: a command that is to stop is ended');
    const watch = whenItSpeaks();
    const script =
      "process.on('SIGTERM', () => { console.log('tidied up'); process.exit(3) }); setInterval(() => {}, 1000); console.error('there')";
    const ending = await runCommand(
      command(script, { stop: watch.controller.signal, onError: watch.onError }),
    );
    expect([ending.exitCode, ending.output.text()]).toEqual([3, 'tidied up\n']);
  });

  it('kills a command that does not heed SIGTERM in time', async ({ skip }) => {
    skip(process.platform === 'win32', 'Windows has no signals: a command that is to stop is ended');
    const watch = whenItSpeaks();
    const script = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.error('there')";
    const ending = await runCommand(
      command(script, { stop: watch.controller.signal, onError: watch.onError, killAfter_ms: 1 }),
    );
    expect(ending.signal).toBe('SIGKILL');
  });

  it('kills at once where that is asked for', async () => {
    const watch = whenItSpeaks();
    const script = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.error('there')";
    const ending = await runCommand(
      command(script, { kill: watch.controller.signal, onError: watch.onError }),
    );
    expect(ending.signal).toBe('SIGKILL');
  });

  it('takes the children of a stopped command with it', async ({ skip }) => {
    skip(process.platform === 'win32', 'Windows has no process groups: only the command itself is stopped');
    const watch = whenItSpeaks();
    const grandchild =
      "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.error(process.pid)";
    const script = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' }); setInterval(() => {}, 1000)`;
    const ending = await runCommand(
      command(script, { stop: watch.controller.signal, onError: watch.onError }),
    );
    expect(ending.signal).toBe('SIGTERM');
    // A signal that was sent is acted on when its process is next scheduled.
    await vi.waitFor(() => expect(isAlive(Number(watch.said.trim()))).toBe(false), { timeout: 10_000 });
  });
});
