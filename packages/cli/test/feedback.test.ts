import fs from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { withDeadLetters } from './support/dead-letters.ts';
import { nodeCommand, sendMessages, task } from './support/queue-directory.ts';
import { runCli } from './support/run-cli.ts';

/* A person who waits sees at once that something goes on: before the first directory is listed, which is what takes long. */

afterEach(() => void vi.restoreAllMocks());

/** Whether anything was on the terminal when a directory of messages was listed first; null where none was. */
async function saidBeforeListing(
  cwd: string,
  argv: readonly string[],
  isTerminal = true,
): Promise<boolean | null> {
  let hasSaid = false;
  let saidThen: boolean | null = null;
  const say = (): void => void (hasSaid = true);
  const [list, listAll] = [fs.opendirSync, fs.readdirSync];
  const look = (): void => void (saidThen ??= hasSaid);
  vi.spyOn(fs, 'opendirSync').mockImplementation((...parts) => {
    look();
    return list(...parts);
  });
  vi.spyOn(fs, 'readdirSync').mockImplementation((...parts: Parameters<typeof fs.readdirSync>) => {
    look();
    return listAll(...parts);
  });
  await runCli(argv, { cwd, ...(isTerminal && { columns: 80 }), onOutput: say, onError: say });
  vi.restoreAllMocks();
  return saidThen;
}

describe('before anything is listed there is something on the terminal', () => {
  it.each([
    ['agents'],
    ['dlq'],
    ['dlq', 'list'],
    ['dlq', 'show', 'm-0'],
    ['doctor'],
    ['drain', '--timeout', '1s'],
    ['export', 'x.tar'],
    ['gc'],
    ['inspect'],
    ['inspect', 'coder'],
    ['inspect', 'm-0'],
    ['purge', 'coder', '--dlq', '--dry-run'],
    ['receive', '--agent', 'coder'],
    ['replay'],
    ['replay', '--log'],
    ['replay', '--yes'],
    ['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')],
  ])('%s %s', async (...argv) => {
    const cwd = await withDeadLetters(2);
    await sendMessages(cwd, task({ message_id: 'ready' }));
    expect(await saidBeforeListing(cwd, argv)).toBe(true);
  });

  it('and nothing of it in a pipe, or where the screen belongs to a pager', async () => {
    const cwd = await withDeadLetters(1);
    expect(await saidBeforeListing(cwd, ['inspect', 'm-0'], false)).toBe(false);
    const { stderr } = await runCli(['inspect', 'm-0'], { cwd });
    expect(stderr).not.toContain('reading');
  });

  it('and it is gone when there is something else to read', async () => {
    const cwd = await withDeadLetters(1);
    let screen = '';
    const see = (text: string): void => void (screen += text);
    await runCli(['inspect', 'coder', '--no-color'], { cwd, columns: 80, onOutput: see, onError: see });
    expect(screen).toMatch(/^\r\u001b\[Kreading \.tapps-agents[\\/]messages\r\u001b\[Kcoder\n/);
    expect(screen.split('\r')).toHaveLength(3);
  });
});
