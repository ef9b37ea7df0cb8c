import { once } from 'node:events';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openQueue, type Queue } from '@tapps-agents/queue';
import { describe, expect, it } from 'vitest';
import { editor, readyIn, REFUSE, withDeadLetters } from '../support/dead-letters.ts';
import { nodeCommand, queueDirectory, sendMessages, settleAll, task } from '../support/queue-directory.ts';
import { lines, runCli } from '../support/run-cli.ts';

/** What becomes of a replay of everything to an agent; `onBegin` is called when its set is fixed. */
async function outcomesOf(queue: Queue, to: string, onBegin: () => Promise<void>): Promise<string[]> {
  const outcomes: string[] = [];
  for await (const { outcome } of queue.operations.replay({ to, dryRun: false, onBegin }))
    outcomes.push(outcome);
  return outcomes;
}

/** Two replays of one letter: the first fixes its set, then the second; the first moves it, and the second finds it gone. */
async function raced(first: string, second: string): Promise<string> {
  const cwd = await queueDirectory('coder', 'reviewer', 'tester');
  const status = { message_type: 'status_update', status: 'blocked', message_id: 'su1', agent_id: 'me' };
  const stdin = JSON.stringify({ ...status, workflow_id: 'w', task_id: 't' });
  await runCli(['send', '-', '--to', 'coder'], { cwd, stdin });
  await settleAll(cwd, 'reject');
  const root = join(cwd, '.tapps-agents/messages');
  await using queue = await openQueue({ root, agent: 'operator', retention: false });
  const gate = new AbortController();
  let late: Promise<unknown> = Promise.resolve();
  const beginSecond = (): Promise<void> =>
    new Promise((begun) => {
      late = outcomesOf(queue, second, async () => {
        begun();
        await once(gate.signal, 'abort');
      });
    });
  const early = await outcomesOf(queue, first, beginSecond);
  gate.abort();
  expect([early, await late]).toEqual([['replayed'], ['gone']]);
  return cwd;
}

describe('inspect ID after a replay', () => {
  const OPERATION = String.raw`\d{8}T\d{6}_\d{3}Z-[0-9a-v]{6}`;

  it('says in the timeline who replayed it, when, and in which operation', async () => {
    const cwd = await withDeadLetters(1);
    await runCli(['replay', '--yes'], { cwd });
    await runCli(['work', '--agent', 'coder', '--until-empty', ...REFUSE], { cwd });
    await runCli(['replay', '--yes'], { cwd });
    const shown = await runCli(['inspect', 'm-0', '--no-color'], { cwd, columns: 200 });
    expect(shown.stdout).toMatch(/^ {2}deliveries {6}2, of which 2 failed and 0 were handed back$/m);
    const replayed = lines(shown.stdout).filter((line) => line.startsWith('  > '));
    expect(replayed).toHaveLength(2);
    for (const line of replayed)
      expect(line).toMatch(
        new RegExp(
          String.raw`^  > \d{4}-.*Z  brought back from the dead letters by .+@.+ pid ${process.pid}, in replay ${OPERATION}, \d+s ago$`,
        ),
      );
    const [document] = (await runCli(['inspect', 'm-0', '--json'], { cwd })).json();
    const timeline = document?.['timeline'] as Record<string, unknown>[];
    const log = (await runCli(['replay', '--log', '--json'], { cwd })).json().toReversed();
    expect(timeline.map(({ event }) => event)).toEqual([
      'created',
      'failed',
      'died',
      'replayed',
      'failed',
      'died',
      'replayed',
      'waiting',
    ]);
    const marks = timeline.filter(({ event }) => event === 'replayed');
    expect(marks.map(({ by, operation }) => [by, operation])).toEqual(
      log.map(({ by, operation }) => [by, operation]),
    );
    for (const [index, { at }] of marks.entries()) {
      const { started_at, ended_at } = log[index] ?? {};
      const [began, moved, ended] = [started_at, at, ended_at].map((one) => Date.parse(String(one)));
      // The clock of a file system ticks a hundred times a second or more.
      expect(moved).toBeGreaterThanOrEqual(Number(began) - 20);
      expect(moved).toBeLessThanOrEqual(Number(ended) + 20);
    }
  });

  it('names whoever went on with a replay, and no wrong moment', async () => {
    const cwd = await withDeadLetters(3);
    const operations = join(cwd, '.tapps-agents/messages/operations');
    {
      const root = join(cwd, '.tapps-agents/messages');
      await using queue = await openQueue({ root, agent: 'operator', retention: false });
      // At this rate one is moved at once, and the next after a second.
      const steps = queue.operations.replay({ dryRun: false, by: 'ann@afar pid 1', rate: 1 });
      for await (const { outcome } of steps) if (outcome === 'replayed') break;
    }
    const [id = ''] = readdirSync(operations);
    const record = join(operations, id, 'record.json');
    // An hour ago, so that what was moved now cannot have been moved then.
    const began = new Date(Date.now() - 3_600_000).toISOString();
    writeFileSync(record, JSON.stringify({ ...JSON.parse(readFileSync(record, 'utf8')), started_at: began }));
    await runCli(['replay', '--resume', 'last', '--yes', '--rate', '100/s'], { cwd });
    const [{ resumed, by, total } = {}] = (await runCli(['replay', '--log', '--json'], { cwd })).json();
    const bob = {
      by: expect.stringMatching(new RegExp(`pid ${process.pid}$`)),
      at: expect.any(String),
      done: 1,
    };
    expect([by, total, resumed]).toEqual(['ann@afar pid 1', 3, [bob]]);
    const log = (await runCli(['replay', '--log', '--no-color'], { cwd, columns: 200 })).stdout;
    expect(log).toMatch(
      new RegExp(String.raw`^  gone on with \d+s ago by .+ pid ${process.pid}, after 1 of 3$`, 'm'),
    );
    const told = async (messageId: string): Promise<Record<string, unknown> | undefined> => {
      const [document] = (await runCli(['inspect', messageId, '--json'], { cwd })).json();
      const timeline = document?.['timeline'] as Record<string, unknown>[];
      return timeline.find(({ event }) => event === 'replayed');
    };
    const all = await Promise.all(['m-0', 'm-1', 'm-2'].map(told));
    const names = all.map((one) => String(one?.['by'])).toSorted((a, b) => (a < b ? -1 : 1));
    expect(names.filter((name) => name.startsWith('ann'))).toHaveLength(1);
    expect(names.filter((name) => name.endsWith(`pid ${process.pid}`))).toHaveLength(2);
    for (const one of all)
      expect(Date.parse(String(one?.['at']))).toBeGreaterThan(Date.parse(began) + 3_000_000);
    // Without the traces nobody knows when, and of a replay that was killed not even who.
    const killed = JSON.parse(readFileSync(record, 'utf8')) as { resumed: object[] };
    const resumedInexactly = killed.resumed.map((one) => ({ ...one, exact: false }));
    writeFileSync(record, JSON.stringify({ ...killed, resumed: resumedInexactly }));
    await settleAll(cwd, 'ack');
    rmSync(join(cwd, '.tapps-agents/messages/journal'), { recursive: true });
    const later = await Promise.all(['m-0', 'm-1', 'm-2'].map(told));
    for (const one of later) expect(one).toMatchObject({ event: 'replayed', at: null });
    expect(later.filter((one) => one?.['by'] === null)).toHaveLength(2);
    const texts = later.map((one) => String(one?.['text']));
    expect(
      texts.filter((text) => / by ann@afar pid 1 or .+ between .+Z and .+Z, in replay /.test(text)),
    ).toHaveLength(2);
  });

  it('goes on with the history of a message that was moved to another agent under its id', async () => {
    const cwd = await queueDirectory('coder', 'reviewer');
    const status = { message_type: 'status_update', status: 'blocked', message_id: 'su1', agent_id: 'me' };
    const stdin = JSON.stringify({ ...status, workflow_id: 'w', task_id: 't' });
    await runCli(['send', '-', '--to', 'coder'], { cwd, stdin });
    await settleAll(cwd, 'reject');
    // Twice in coder's, then on to reviewer's.
    await runCli(['replay', '--yes'], { cwd });
    await settleAll(cwd, 'reject');
    await runCli(['replay', '--to', 'reviewer', '--yes'], { cwd });
    const shown = await runCli(['inspect', 'su1', '--no-color'], { cwd, columns: 200 });
    expect(shown.stdout).toMatch(/^ {2}o .*created by me, for the inbox of coder/m);
    expect(shown.stdout.match(/quarantined as rejected/g)).toHaveLength(2);
    expect(shown.stdout.match(/ no$/gm)).toHaveLength(2);
    expect(shown.stdout).toMatch(
      /> .*brought back from the dead letters of coder into the inbox of reviewer/,
    );
    expect(shown.stdout).not.toContain('without a record');
    const [document] = (await runCli(['inspect', 'su1', '--json'], { cwd })).json();
    const timeline = document?.['timeline'] as Record<string, unknown>[];
    const twice = ['failed', 'died', 'replayed'];
    expect(timeline.map(({ event }) => event)).toEqual(['created', ...twice, ...twice, 'waiting']);
    expect(document).toMatchObject({ history: [{ kind: 'rejected' }, { kind: 'rejected' }] });
  });

  it('names, of two replays of one letter to different agents, the one that moved it', async () => {
    const cwd = await raced('reviewer', 'tester');
    const root = join(cwd, '.tapps-agents/messages');
    const moved = /> .*brought back from the dead letters of coder into the inbox of (\w+)/;
    const told = async (): Promise<string | undefined> =>
      moved.exec((await runCli(['inspect', 'su1', '--no-color'], { cwd, columns: 200 })).stdout)?.[1];
    expect(await told()).toBe('reviewer');
    // Killed before it kept the reason, and taken since: no name tells which it was, but where it is now.
    const journal = join(root, 'journal/inbox/reviewer/su1');
    const kept = readdirSync(journal).find((name) => name.startsWith('replayed~')) ?? '';
    renameSync(join(journal, kept), join(journal, 'replayed~0123456789.json'));
    await runCli(['receive', '--agent', 'reviewer'], { cwd });
    expect(await told()).toBe('reviewer');
  });

  it('names, of two replays of one letter to one agent, the one that moved it', async () => {
    const cwd = await raced('reviewer', 'reviewer');
    const log = (await runCli(['replay', '--log', '--json'], { cwd })).json();
    const winner = log.find(({ tally }) => JSON.stringify(tally) === '{"replayed":1}');
    const [document] = (await runCli(['inspect', 'su1', '--json'], { cwd })).json();
    expect(document?.['timeline']).toContainEqual(
      expect.objectContaining({ event: 'replayed', operation: winner?.['operation'] }),
    );
  });

  it('knows that it was replayed also where no record of it is left', async () => {
    const cwd = await withDeadLetters(1);
    await runCli(['replay', '--yes'], { cwd });
    rmSync(join(cwd, '.tapps-agents/messages/operations'), { recursive: true });
    const [document] = (await runCli(['inspect', 'm-0', '--json'], { cwd })).json();
    expect(document?.['timeline']).toContainEqual(
      expect.objectContaining({ event: 'replayed', at: null, by: null, operation: null }),
    );
  });

  it('says nothing of a replay that left it where it was', async () => {
    const cwd = await withDeadLetters(1);
    const inbox = join(cwd, '.tapps-agents/messages/dlq/inbox/coder');
    const file = readdirSync(inbox).find((name) => !name.endsWith('.reason.json')) ?? '';
    const text = readFileSync(join(inbox, file), 'utf8');
    writeFileSync(join(inbox, file), text.replace('medium', 'urgent'));
    expect((await runCli(['replay', '--yes'], { cwd })).exitCode).toBe(1);
    expect((await runCli(['inspect', 'm-0'], { cwd })).stdout).not.toContain('brought back');
    writeFileSync(join(inbox, file), text);
    await runCli(['replay', '--yes'], { cwd });
    expect((await runCli(['inspect', 'm-0'], { cwd })).stdout.match(/brought back/g)).toHaveLength(1);
  });

  it.each([
    ['to another agent', ['--to', 'reviewer'], ''],
    ['edited', ['--edit'], "fs.writeFileSync(file, text.replace('medium', 'high'));"],
  ])('tells of a message that went %s, under its old id and its new one', async (_, options, script) => {
    const cwd = await withDeadLetters(1);
    await runCli(['replay', '--yes', ...options], { cwd, env: editor(cwd, script) });
    const agent = options[0] === '--to' ? 'reviewer' : 'coder';
    const id = String((await readyIn(cwd, agent))[0]?.['message_id']);
    const shown = await runCli(['inspect', id, '--no-color'], { cwd, columns: 200 });
    expect(shown.stdout).toMatch(new RegExp(`published in the place of m-0 by .+, in replay ${OPERATION}`));
    const old = await runCli(['inspect', 'm-0'], { cwd });
    expect(old.exitCode).toBe(3);
    expect(old.stderr).toMatch(
      new RegExp(
        `No box has "m-0" any more: it was replayed by .+, in replay ${OPERATION}, as another message, ${id}`,
      ),
    );
    expect(old.stderr).toContain(`next: tapps-mq inspect ${id}`);
    const died = new RegExp(
      String.raw`^  it died at \d{4}-\S+Z as rejected: .+\n  delivery 1 was rejected at \d{4}-\S+Z: \w+: .+$`,
      'm',
    );
    expect(old.stderr).toMatch(died);
    const place = /its content is kept in (\S+\.json)/.exec(old.stderr)?.[1] ?? '';
    expect(JSON.parse(readFileSync(place, 'utf8'))).toMatchObject({ message_id: 'm-0', priority: 'medium' });
    const letter = await runCli(['dlq', 'show', 'm-0'], { cwd });
    expect([letter.exitCode, letter.stderr]).toEqual([3, old.stderr]);
  });

  it('tells of one that was purged, and of a finished one that was handled again', async () => {
    const cwd = await withDeadLetters(1);
    await runCli(['purge', 'coder', '--dlq', '--confirm', 'coder'], { cwd });
    const gone = await runCli(['inspect', 'm-0'], { cwd });
    expect([gone.exitCode, gone.stderr]).toEqual([
      3,
      expect.stringContaining('among what was to be removed by'),
    ]);
    expect(gone.stderr).toContain('next: tapps-mq purge --log --id m-0');
    await sendMessages(cwd, task({ task_id: 'f', message_id: 'finished' }));
    await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')], { cwd });
    await runCli(['replay', '--from', 'processed', '--id', 'finished', '--force-reprocess', '--yes'], {
      cwd,
    });
    const copies = (await runCli(['inspect', 'finished', '--json'], { cwd })).json();
    const told = copies.map(({ timeline }) => (timeline as { event: string }[]).map(({ event }) => event));
    expect(told.toSorted((one, other) => other.length - one.length)).toEqual([
      ['created', 'delivered', 'finished', 'replayed'],
      ['created', 'replayed', 'waiting'],
    ]);
    expect((await runCli(['inspect', 'finished'], { cwd })).stdout).toContain(
      'put back to be handled again by',
    );
    const never = await runCli(['inspect', 'never-sent'], { cwd });
    expect([never.exitCode, never.stderr]).toEqual([3, expect.stringContaining('ERR_NOT_FOUND')]);
  });
});
