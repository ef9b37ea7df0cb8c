import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundledForAll } from '../support/bundled-cli.ts';
import { dropFile, nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { lines, runCli } from '../support/run-cli.ts';
import { hostileTask, LAST_WORDS } from '../support/hostile-directory.ts';
import { HOSTILE_ID, unsafeIn } from '../support/hostile-text.ts';
import { NO_TMUX, openTerminal } from '../support/tmux.ts';
import type { TerminalSession } from '../support/tmux.ts';

const cli = bundledForAll();

/** An agent with two ready messages, a dead one, and one whose content is hostile to terminals. */
async function lively(): Promise<string> {
  const cwd = await queueDirectory('coder');
  await sendMessages(cwd, task({ message_id: 'dead-1', task_id: 'a' }));
  const script = "console.error('no such branch \\u001b]0;owned\\u0007'); process.exit(65)";
  await runCli(['work', '--agent', 'coder', '--once', ...nodeCommand(script)], { cwd });
  await sendMessages(cwd, task({ task_id: 'b' }), task({ task_id: 'c', message_id: 'evil \u202e id' }));
  return cwd;
}

function watch(cwd: string, columns: number, rows: number, env = ''): TerminalSession {
  return openTerminal([process.execPath, cli.path, 'watch', '--interval', '200ms'], {
    cwd,
    columns,
    rows,
    env,
  });
}

/** How the screen is drawn: the cursor up, to a column, hidden, shown; lines erased; the other screen, on and off; synchronised. */
const SCREEN_SEQUENCES = /\r\u001b\[K|\u001b\[(?:\d*[AGKJ]|\?25[hl]|\?1049[hl]|\?2026[hl]|\?2004[hl]|H)/g;

const isUp = (screen: string): boolean => screen.includes('DEAD LETTERS  1');

describe.skipIf(NO_TMUX !== null)(`watch in a terminal [${NO_TMUX ?? 'tmux'}]`, () => {
  it.each([
    [80, 24],
    [200, 50],
    [40, 12],
  ])('fits %i columns and %i rows, and q ends it with 0', async (columns, rows) => {
    const terminal = watch(await lively(), columns, rows);
    const screen = await terminal.until(
      (now) => now.includes('done/min') && now.includes('BOX'),
      'an overview',
    );
    expect(Math.max(...lines(screen).map((line) => line.length))).toBeLessThanOrEqual(columns);
    if (rows > 20) {
      expect(screen).toMatch(/inbox\/coder +2 +█+/);
      expect(screen).toMatch(/dead-1 +rejected +\d+s +no such branch/);
    }
    terminal.press('q');
    const after = await terminal.until((now) => now.includes('exit code'), 'an end');
    expect(after).toMatch(/^before\nexit code 0\n/);
  });

  it('shows what arrives, follows a resize, and Ctrl-C ends it with 130 and the terminal as it was', async () => {
    const cwd = await lively();
    const terminal = watch(cwd, 80, 24);
    await terminal.until(isUp, 'an overview');
    await sendMessages(cwd, task({ task_id: 'd' }));
    await terminal.until((now) => /arrived +1 in inbox\/coder/.test(now), 'an arrival');
    terminal.resize(200, 50);
    await terminal.until((now) => lines(now).some((line) => line.length > 120), 'a wide screen');
    terminal.resize(60, 16);
    const narrow = await terminal.until(
      (now) => lines(now).every((line) => line.length <= 60) && now.includes('BOX'),
      'a narrow screen',
    );
    expect(narrow.trimEnd().split('\n').length).toBeLessThanOrEqual(16);
    terminal.press('C-c');
    const after = await terminal.until((now) => now.includes('exit code'), 'an end');
    expect(after).toMatch(/^before\n[^]*Interrupted[^]*exit code 130\n/);
    terminal.press('x');
    await terminal.until((now) => now.includes('x'), 'an echo: the terminal is out of raw mode');
  });

  it('moves, opens a message, pauses, resumes, and replays when that is confirmed', async () => {
    const cwd = await lively();
    const terminal = watch(cwd, 100, 30);
    await terminal.until(isUp, 'an overview');
    terminal.press('p');
    await terminal.until((now) => now.includes('(paused)') && now.includes('paused coder'), 'a pause');
    terminal.press('p');
    await terminal.until((now) => !now.includes('(paused)'), 'no pause');
    terminal.press('?');
    await terminal.until((now) => now.includes('hold the screen still'), 'help');
    terminal.press('Escape');
    await terminal.until(isUp, 'the overview');
    terminal.press('Enter'); // On the box: its messages.
    await terminal.until(
      (now) => /INBOX\/coder {2}3/.test(now) && /dead-1 +dead/.test(now),
      'the messages of the box',
    );
    terminal.press('Down', 'Enter');
    await terminal.until((now) => now.includes('payload') && now.includes('evil'), 'the second message');
    terminal.press('Escape');
    await terminal.until((now) => now.includes('INBOX/coder'), 'the messages of the box again');
    terminal.press('Escape');
    await terminal.until(isUp, 'the overview');
    terminal.press('Tab', 'Tab'); // At once, as quick fingers do.
    await terminal.until((now) => now.includes('› dead-1'), 'the chosen dead letter');
    terminal.press('Enter');
    await terminal.until((now) => now.includes('why it died'), 'the message');
    terminal.press('Escape');
    await terminal.until(isUp, 'the overview');
    terminal.press('r');
    await terminal.until((now) => now.includes('Replay dead-1 to inbox/coder?'), 'a question');
    terminal.press('n');
    await terminal.until((now) => now.includes('Nothing was changed'), 'a refusal');
    terminal.press('r');
    await terminal.until((now) => now.includes('Replay dead-1 to inbox/coder?'), 'a question');
    terminal.press('y');
    await terminal.until(
      (now) => now.includes('DEAD LETTERS  0') && /brought back +dead-1/.test(now),
      'a replay',
    );
    terminal.press('Space');
    await terminal.until((now) => now.includes('held'), 'a held screen');
    terminal.press('q');
    await terminal.until((now) => now.includes('exit code 0'), 'an end');
  });

  it('shows hostile ids and reasons for what they are, and none of them does anything', async () => {
    const cwd = await queueDirectory('coder', `agent ${HOSTILE_ID}`);
    await sendMessages(cwd, task({ message_id: `dead ${HOSTILE_ID}`, task_id: 'a' }));
    await runCli(['work', '--agent', 'coder', '--once', ...LAST_WORDS], { cwd });
    await sendMessages(cwd, hostileTask(`ready ${HOSTILE_ID}`));
    const raw = join(temporaryDirectory(), 'raw');
    const terminal = watch(cwd, 200, 40);
    terminal.keepRaw(raw);
    await terminal.until(isUp, 'an overview');
    terminal.press('Tab', 'Tab');
    await terminal.until((now) => now.includes('› dead \\u202e'), 'the chosen dead letter');
    const overview = terminal.screen();
    expect(overview).toContain('inbox/agent \\u202e');
    expect(overview).toMatch(/^› dead \\u202e\S+… +rejected .*\\u202e/m);
    terminal.press('Enter');
    const opened = await terminal.until((now) => now.includes('why it died'), 'the message');
    for (const screen of [overview, opened]) expect(unsafeIn(screen, { styled: false })).toEqual([]);
    expect(terminal.title()).not.toContain('title');
    terminal.press('Escape');
    await terminal.until(isUp, 'the overview');
    terminal.press('q');
    await terminal.until((now) => now.includes('exit code 0'), 'an end');
    // And not only because this terminal would ignore it: these are all the sequences that were written.
    const written = readFileSync(raw, 'utf8').replaceAll(SCREEN_SEQUENCES, '').replaceAll('\r\n', '\n');
    expect(written).toContain('why it died');
    expect(unsafeIn(written, { styled: true })).toEqual([]);
  });

  it('has no colour with NO_COLOR, and some without', async () => {
    const cwd = await lively();
    dropFile(cwd, 'coder', 'more.json', '{');
    const plain = watch(cwd, 80, 24, 'NO_COLOR=1');
    await plain.until(isUp, 'an overview');
    expect(plain.styledScreen()).not.toMatch(/\u001b\[3\d/);
    const coloured = watch(cwd, 80, 24);
    await coloured.until(isUp, 'an overview');
    expect(coloured.styledScreen()).toMatch(/\u001b\[3[16]/);
  });
});
