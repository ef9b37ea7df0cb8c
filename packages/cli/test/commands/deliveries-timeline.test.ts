import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openQueue, retry, snooze } from '@tapps-agents/queue';
import { expect, it } from 'vitest';
import { nodeCommand, queueDirectory, sendMessages, task } from '../support/queue-directory.ts';
import { lines, runCli } from '../support/run-cli.ts';

/** What `inspect` says happened to the message m, without the colours. */
async function timelineIn(cwd: string): Promise<{ text: string[]; events: Record<string, unknown>[] }> {
  const { stdout } = await runCli(['inspect', 'm', '--no-color'], { cwd, columns: 220 });
  const [document] = (await runCli(['inspect', 'm', '--json'], { cwd })).json();
  return {
    text: lines(stdout).filter((line) => /^ {2}[ox<>=*.X] /.test(line)),
    events: document?.['timeline'] as Record<string, unknown>[],
  };
}

async function withMessage(): Promise<string> {
  const cwd = await queueDirectory('coder');
  await sendMessages(cwd, task({ message_id: 'm' }));
  return cwd;
}

const MOMENT = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;

it('shows when a delivery was snoozed and when its process stopped, by whom, and when it was taken', async () => {
  const cwd = await withMessage();
  const root = join(cwd, '.tapps-agents/messages');
  {
    await using queue = await openQueue({ root, agent: 'coder', retention: false });
    await queue.work({ task_assignment: () => snooze('0s') }, { limit: 1 }).done;
    const { value: delivery } = await queue.receive().next();
    expect(delivery.message.message_id).toBe('m');
    await queue.close({ grace: 0 });
  }
  await runCli(['receive', '--agent', 'coder', '--lease', '5m'], { cwd });
  const { text, events } = await timelineIn(cwd);
  expect(events.map(({ event, delivery }) => [event, delivery])).toEqual([
    ['created', null],
    ['handed_back', 1],
    ['handed_back', 2],
    ['leased', 3],
  ]);
  for (const { at } of events) expect(at).toMatch(new RegExp(`^${MOMENT}$`));
  const me = `coder, pid ${process.pid} on `;
  expect(text[1]).toMatch(new RegExp(`^  < ${MOMENT}  delivery 1 snoozed until ${MOMENT} by ${me}`));
  expect(text[2]).toMatch(
    new RegExp(`^  < ${MOMENT}  delivery 2 handed back, as its process stopped, by ${me}`),
  );
  expect(text[3]).toMatch(new RegExp(`^  = ${MOMENT}  delivery 3 taken by coder, in hand now, .+ ago$`));
});

it('says of what came back without a record when that was, as far as its file or its neighbours tell', async () => {
  const cwd = await withMessage();
  const root = join(cwd, '.tapps-agents/messages');
  {
    await using queue = await openQueue({ root, agent: 'coder', retention: false, retry: { backoff: '0s' } });
    await queue.work({ task_assignment: () => snooze('0s') }, { limit: 1 }).done;
    await queue.work({ task_assignment: () => snooze('0s') }, { limit: 1 }).done;
  }
  const journal = join(root, 'journal/inbox/coder/m');
  for (const name of readdirSync(journal)) rmSync(join(journal, name)); // As of a program that writes none.
  const first = await timelineIn(cwd);
  expect(first.text[1]).toMatch(
    new RegExp(`^  < at an unrecorded time     deliveries 1 to 2 came back, .*, after ${MOMENT}$`),
  );
  await runCli(['work', '--agent', 'coder', '--once', ...nodeCommand('process.exit(1)')], { cwd });
  const { text, events } = await timelineIn(cwd);
  expect(events.map(({ event }) => event)).toEqual(['created', 'handed_back', 'failed', 'died']);
  expect(text[1]).toMatch(new RegExp(`, between ${MOMENT} and ${MOMENT}$`));
});

it('tells of a record with a number that no delivery has as of any other, and at once', async () => {
  const cwd = await queueDirectory('coder');
  await sendMessages(cwd, task({ message_id: 'm', retry_policy: { max_retries: 5 } }));
  const root = join(cwd, '.tapps-agents/messages');
  {
    await using queue = await openQueue({ root, agent: 'coder', retention: false });
    await queue.work({ task_assignment: () => snooze('0s') }, { limit: 1 }).done;
    await queue.work({ task_assignment: () => retry('later', { delay: '0s' }) }, { limit: 1 }).done;
  }
  const journal = join(root, 'journal/inbox/coder/m');
  for (const name of readdirSync(journal).filter((one) => one.startsWith('failure~'))) {
    const path = join(journal, name);
    const delivery = 5_000_000_000; // To count up to it takes longer than this test may.
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), delivery }));
  }
  const { events } = await timelineIn(cwd);
  expect(events.map(({ event, delivery }) => [event, delivery])).toEqual([
    ['created', null],
    ['handed_back', 1],
    ['handed_back', null],
    ['failed', 5_000_000_000],
    ['delayed', null],
  ]);
});

it('shows the delivery that succeeded, between the moments that are known', async () => {
  const cwd = await withMessage();
  await runCli(['work', '--agent', 'coder', '--until-empty', ...nodeCommand('')], { cwd });
  const { text, events } = await timelineIn(cwd);
  expect(events.map(({ event }) => event)).toEqual(['created', 'delivered', 'finished']);
  expect(events[1]).toMatchObject({ at: null });
  expect(text[1]).toMatch(
    new RegExp(
      `^  = at an unrecorded time     taken between ${MOMENT} and the next line by coder; by which process is not written down$`,
    ),
  );
  expect(text[2]).toMatch(new RegExp(`^  \\* ${MOMENT}  acknowledged by coder; the ledger has it`));
  expect(events[2]).toMatchObject({ by: 'coder' });
});
