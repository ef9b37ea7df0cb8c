import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dropFile, nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { runCli, type Result } from '../support/run-cli.ts';
import { tree } from '../support/tree.ts';

const onWindows = process.platform === 'win32';
/** As Windows and macOS do, which is good to know and so a finding. */
const ignoresCase = existsSync(import.meta.filename.toUpperCase());

function messages(cwd: string, ...parts: readonly string[]): string {
  return join(cwd, '.tapps-agents', 'messages', ...parts);
}

/** A temporary file that its writer left two hours ago. */
function orphan(cwd: string, name = 'orphan'): string {
  const path = messages(cwd, 'tmp', `${name}.tmp`);
  writeFileSync(path, '', { mode: 0o600 });
  const then_s = Date.now() / 1_000 - 7_200;
  utimesSync(path, then_s, then_s);
  return path;
}

function codes(result: Result): readonly unknown[] {
  const [document = {}] = result.json();
  const findings = document['findings'] as readonly { code: string }[];
  return findings.map(({ code }) => code).filter((code) => code !== 'case_insensitive');
}

describe('doctor', () => {
  it('finds nothing wrong with a healthy directory, and leaves it as it is', async () => {
    const cwd = await queueDirectory('coder');
    await sendMessages(cwd, task());
    const { mtimeMs } = statSync(messages(cwd, 'tmp'));
    const before = tree(cwd).filter((line) => !line.startsWith(messages(cwd, 'tmp')));
    const { exitCode, stdout, stderr } = await runCli(['doctor'], { cwd });
    expect([exitCode, stderr]).toEqual([0, `${join('.tapps-agents', 'messages')}\n`]);
    if (!ignoresCase) expect(stdout).toMatch(/^Nothing is wrong; \d+ files were looked at\.\n$/);
    expect(tree(cwd).filter((line) => !line.startsWith(messages(cwd, 'tmp')))).toEqual(before);
    expect(statSync(messages(cwd, 'tmp')).mtimeMs).toBeGreaterThanOrEqual(mtimeMs);
    const json = await runCli(['doctor', '--json'], { cwd });
    expect(json.json()).toEqual([
      {
        root: messages(cwd),
        taken_at: expect.any(String),
        files: expect.any(Number),
        findings: expect.any(Array),
      },
    ]);
    expect(codes(json)).toEqual([]);
  });

  it('says what is wrong, where, and which command helps; exits with 4', async () => {
    const cwd = await queueDirectory('coder', 'two words');
    orphan(cwd);
    await sendMessages(cwd, task({ assigned_to: 'two words', created_at: '2026-01-01T00:00:00Z' }));
    await sendMessages(cwd, task());
    await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('process.exit(65)')], { cwd });
    const result = await runCli(['doctor'], { cwd });
    expect(result.exitCode).toBe(4);
    expect(result.stdout).toContain('warning temporary_files: 1 temporary file');
    expect(result.stdout).toContain('  - tmp/orphan.tmp: untouched for 2h\n  fix: tapps-mq doctor --fix\n');
    expect(result.stdout).toMatch(
      /- inbox\/two%20words: 1 message, .*: tapps-mq work --agent (['"])two words\1 --exec COMMAND/,
    );
    expect(result.stdout).toContain('- dlq/inbox/coder: 1 dead letter: tapps-mq dlq --agent coder\n');
    expect(result.stdout).toContain('  fix: tapps-mq dlq\n');
    const json = await runCli(['doctor', '--json'], { cwd });
    expect(json.exitCode).toBe(4);
    expect(codes(json)).toEqual(['temporary_files', 'never_drained', 'dead_letters']);
  });

  it('puts right what can be with --fix, says so, and tells by its exit code whether anything is left', async () => {
    const cwd = await queueDirectory('coder');
    const temporary = orphan(cwd);
    const fixed = await runCli(['doctor', '--fix'], { cwd });
    expect(fixed.exitCode).toBe(0);
    expect(fixed.stdout).toContain('  fixed 1 of 1');
    expect(fixed.stdout).not.toContain('fix: ');
    expect(existsSync(temporary)).toBe(false);
    expect((await runCli(['doctor'], { cwd })).exitCode).toBe(0);

    orphan(cwd);
    mkdirSync(messages(cwd, 'strange'), { mode: 0o700 });
    const left = await runCli(['doctor', '--fix'], { cwd });
    expect(left.exitCode).toBe(4);
    expect(left.stdout).toMatch(
      process.platform === 'win32'
        ? /move \.tapps-agents\\messages\/strange ELSEWHERE/
        : /mv -- '?\.tapps-agents\/messages\/strange'? ELSEWHERE/,
    );
    expect(existsSync(messages(cwd, 'strange'))).toBe(true);
  });

  it('of two at once each says what it fixed and what the other did, and neither fails', async () => {
    const cwd = await queueDirectory('coder');
    for (let index = 0; index < 8; index += 1) orphan(cwd, `orphan-${index}`);
    const results = await Promise.all([1, 2].map(() => runCli(['doctor', '--fix', '--json'], { cwd })));
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const found = results.flatMap((result) => result.json()[0]?.['findings'] as Record<string, unknown>[]);
    const fixed = found.filter(({ code }) => code === 'temporary_files').map((one) => Number(one['fixed']));
    // What vanished while one was at it counts as removed by it, too.
    expect(fixed.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(8);
    expect(readdirSync(messages(cwd, 'tmp'))).toEqual([]);
    // What the disk is like, on Windows, stays.
    expect(found.filter(({ left }) => left !== 0).map(({ code }) => code)).toEqual(
      onWindows ? ['case_insensitive', 'case_insensitive'] : [],
    );
  });

  it('closes what is open to others, and leaves every message as it is', async ({ skip }) => {
    skip(onWindows, 'Windows has no permission bits');
    const cwd = await queueDirectory('coder');
    dropFile(cwd, 'coder', 'm.json', JSON.stringify(task({ message_id: 'm' })));
    chmodSync(messages(cwd, 'inbox', 'coder', 'm.json'), 0o666);
    const before = readFileSync(messages(cwd, 'inbox', 'coder', 'm.json'), 'utf8');
    const found = await runCli(['doctor'], { cwd });
    expect([found.exitCode, found.stdout.split(':')[0]]).toEqual([4, 'error unsafe_permissions']);
    expect((await runCli(['doctor', '--fix'], { cwd })).exitCode).toBe(0);
    expect(statSync(messages(cwd, 'inbox', 'coder', 'm.json')).mode & 0o777).toBe(0o600);
    expect(readFileSync(messages(cwd, 'inbox', 'coder', 'm.json'), 'utf8')).toBe(before);
  });

  it('counts a layout of a newer version as a finding, and no directory at all as a failure', async () => {
    const cwd = await queueDirectory('coder');
    writeFileSync(messages(cwd, 'layout.json'), '{"layout": 99}');
    const result = await runCli(['doctor', '--json'], { cwd });
    expect(result.exitCode).toBe(4);
    expect(result.json()).toEqual([
      expect.objectContaining({
        findings: [
          expect.objectContaining({
            code: 'layout_too_new',
            severity: 'error',
            command: 'npm install --global @tapps-agents/cli@latest',
          }),
        ],
      }),
    ]);
    const nowhere = await runCli(['doctor', '--root', join(cwd, 'nowhere')], { cwd });
    expect(nowhere.exitCode).toBe(1);
    expect(nowhere.stderr).toContain('ERR_NOT_A_MESSAGES_DIRECTORY');
  });

  it('shows no escape sequence that a file’s name carries', async ({ skip }) => {
    skip(onWindows, 'Windows has no control characters in names');
    const cwd = await queueDirectory('coder');
    mkdirSync(messages(cwd, 'inbox', '\u001b[2Jx'), { mode: 0o700 });
    const { stdout } = await runCli(['doctor'], { cwd });
    expect(stdout).toContain(String.raw`\u001b[2Jx`);
    expect(stdout).not.toContain('\u001b');
  });
});
