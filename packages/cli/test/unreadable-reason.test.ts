import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openQueue, type Entry } from '@tapps-agents/queue';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Watcher } from '../src/watch/watcher.ts';
import { withDeadLetters } from './support/dead-letters.ts';
import { runCli } from './support/run-cli.ts';

const ROOT = '.tapps-agents/messages';
const FAULT = 'EIO: i/o error, read';

/** While true, the disk gives no reason of m-1. */
const disk = vi.hoisted(() => ({ isBad: false }));

vi.mock(import('@tapps-agents/queue'), async (original) => {
  const real = await original();
  return {
    ...real,
    openQueue: async (options) => {
      const queue = await real.openQueue(options);
      const reason = queue.store.reason.bind(queue.store);
      vi.spyOn(queue.store, 'reason').mockImplementation(async (entry: Entry) => {
        if (disk.isBad && entry.messageId === 'm-1')
          throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
        return await reason(entry);
      });
      return queue;
    },
  };
});

beforeEach(() => {
  disk.isBad = true;
});
afterEach(() => {
  vi.restoreAllMocks();
});

test('a look shows the other dead letters, that one with its fault, and its reason as soon as it can be read', async () => {
  const cwd = await withDeadLetters(3);
  await using queue = await openQueue({ root: join(cwd, ROOT), create: false, retention: false });
  const watcher = new Watcher(queue, Date.now);
  const shown = async (): Promise<Record<string, unknown>> => {
    const { dead } = await watcher.look();
    return Object.fromEntries(
      dead.map(({ entry, reason, reasonFault }) => [entry.messageId, reason?.code ?? reasonFault]),
    );
  };
  expect(await shown()).toEqual({ 'm-0': 'rejected', 'm-1': FAULT, 'm-2': 'rejected' });
  disk.isBad = false;
  expect(await shown()).toEqual({ 'm-0': 'rejected', 'm-1': 'rejected', 'm-2': 'rejected' });
});

test('a look does not take for a fault of one reason what no file system says', async () => {
  const cwd = await withDeadLetters(1);
  await using queue = await openQueue({ root: join(cwd, ROOT), create: false, retention: false });
  vi.spyOn(queue.store, 'reason').mockRejectedValue(new TypeError('a mistake'));
  await expect(new Watcher(queue, Date.now).look()).rejects.toThrow('a mistake');
});

test('dlq show tells the fault and what to do, which then helps', async () => {
  const cwd = await withDeadLetters(2);
  const shown = await runCli(['dlq', 'show', 'm-1'], { cwd });
  expect(shown.exitCode).toBe(0);
  expect(shown.stdout).toContain(`why it died\n  its reason cannot be read: ${FAULT}\n`);
  expect(shown.stderr).toContain(
    'next: make its reason readable, or remove that file where it is lost for good, then: tapps-mq replay --id m-1',
  );
  const [bad] = (await runCli(['dlq', 'show', 'm-1', '--json'], { cwd })).json();
  expect(bad).toMatchObject({ reason: null, reason_fault: FAULT });
  const [good] = (await runCli(['dlq', 'show', 'm-0', '--json'], { cwd })).json();
  expect(good).toMatchObject({ reason: { code: 'rejected' }, reason_fault: null });

  const replay = ['replay', '--id', 'm-1', '--yes'];
  expect((await runCli(replay, { cwd })).exitCode).not.toBe(0);
  const root = join(cwd, ROOT);
  const file = readdirSync(root, { recursive: true, encoding: 'utf8' }).find((path) =>
    /_m-1_.*\.reason\.json$/.test(path),
  );
  rmSync(join(root, String(file)));
  disk.isBad = false;
  expect((await runCli(replay, { cwd })).exitCode).toBe(0);
});

test('replay and purge by reason go on past it, name it, and end as partly done', async () => {
  const cwd = await withDeadLetters(3);
  const purge = ['purge', 'coder', '--dlq', '--reason', 'rejected'];
  const looked = await runCli([...purge, '-n', '--json'], { cwd });
  expect([looked.exitCode, looked.json()[0]]).toMatchObject([5, { messages: 2, unknown: 1, purged: 0 }]);
  expect(looked.stderr).toMatch(/m-1 stays: .*EIO/);
  const purged = await runCli([...purge, '--confirm', 'coder', '--json'], { cwd });
  expect([purged.exitCode, purged.json()[0]]).toMatchObject([5, { messages: 2, unknown: 1, purged: 2 }]);

  const elsewhere = await withDeadLetters(3);
  const replayed = await runCli(['replay', '--reason', 'rejected', '--yes'], { cwd: elsewhere });
  expect(replayed.exitCode).toBe(5);
  expect(replayed.stdout).toMatch(/m-1.*reason cannot be read.*EIO/s);
});

test('a damaged reason is told as damaged, with its fault and what to do, which then helps', async () => {
  disk.isBad = false;
  const cwd = await withDeadLetters(2);
  const root = join(cwd, ROOT);
  const file = readdirSync(root, { recursive: true, encoding: 'utf8' }).find((path) =>
    /_m-1_.*\.reason\.json$/.test(path),
  );
  writeFileSync(join(root, String(file)), '{"code":"rejected","rea');

  const listed = await runCli(['dlq', 'list'], { cwd });
  expect(listed.stdout).toMatch(/m-1.*the reason is damaged: expected JSON, found /s);
  const grouped = await runCli(['dlq'], { cwd });
  expect(grouped.stdout).toMatch(/1 unknown.*the reason is damaged: expected JSON, found .*dlq show m-1/s);
  const shown = await runCli(['dlq', 'show', 'm-1'], { cwd });
  expect(shown.stdout).toMatch(/why it died\n  the reason is damaged: expected JSON, found /);
  expect(shown.stderr).toContain(
    'next: if you have a whole copy of its reason (*.reason.json beside the file above), put it back, then: tapps-mq replay --id m-1',
  );
  const [inspected] = (await runCli(['inspect', 'm-1', '--json'], { cwd })).json();
  expect(inspected).toMatchObject({
    reason: null,
    reason_fault: null,
    reason_damage: expect.stringMatching(/JSON/),
  });

  const doctor = await runCli(['doctor'], { cwd });
  expect(doctor.exitCode).toBe(4);
  expect(doctor.stdout).toMatch(/1 dead letter with a damaged reason/);
  const letter =
    /tapps-mq dlq show '?(dlq\/inbox\/coder\/[^'\s]+_m-1_[^'\s]+)/.exec(doctor.stdout)?.[1] ?? '';
  expect((await runCli(['dlq', 'show', letter], { cwd })).stdout).toContain('the reason is damaged: ');
  expect((await runCli(['replay', '--id', 'm-1', '--yes'], { cwd })).exitCode).toBe(0);
});

test('a missing reason is told as missing', async () => {
  disk.isBad = false;
  const cwd = await withDeadLetters(1);
  const root = join(cwd, ROOT);
  const file = readdirSync(root, { recursive: true, encoding: 'utf8' }).find((path) =>
    path.endsWith('.reason.json'),
  );
  rmSync(join(root, String(file)));
  const shown = await runCli(['inspect', 'm-0'], { cwd });
  expect(shown.stdout).toContain('why it died\n  the reason is missing\n');
});
