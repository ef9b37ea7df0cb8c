import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { statusUpdate } from '@tapps-agents/contracts';
import { FsAtomicError } from '@tapps-agents/fs-atomic';
import { expect, test } from 'vitest';
import { encodeSegment } from '../src/file-store/segment.ts';
import { openQueue, type Queue } from '../src/index.ts';
import { failOnLeaks } from './support/leaks.ts';
import { canLink, NO_LINKS } from './support/links.ts';
import { counts, drop, task, taskText } from './support/messages.ts';
import { listed, place } from './support/place.ts';
import { sorted } from './support/sorted.ts';
import { collectUntilEmpty, workUntilEmpty } from './support/work.ts';

failOnLeaks();

const TEN_GB = 10 * 2 ** 30;

async function coderQueue(root: string): Promise<Queue> {
  const mq = await openQueue({ root, agent: 'coder', retention: false });
  await mq.registerAgent('coder');
  return mq;
}

/** A file that claims to hold ten gigabytes, and takes no room. */
function sparse(path: string): void {
  writeFileSync(path, '');
  truncateSync(path, TEN_GB);
}

async function deadIds(mq: Queue): Promise<(string | null)[]> {
  const ids = [];
  for await (const { entry } of mq.operations.deadLetters()) ids.push(entry.messageId);
  return sorted(ids);
}

const UPDATE = { workflow_id: 'w', task_id: 't' };

const FAILURE = {
  kind: 'failed',
  delivery: 1,
  at: '2026-01-01T00:00:00.000Z',
  agent_id: null,
  owner: null,
  pid: null,
  host: null,
  error: { name: 'Error', message: 'it failed', code: null, stack: null },
};

test.each([
  ['nothing as its error', { ...FAILURE, error: null }],
  ['no error’s name', { ...FAILURE, error: {} }],
  ['a time that is a list', { ...FAILURE, at: ['\u001b[31m'] }],
  ['a kind that every object has', { ...FAILURE, kind: 'toString' }],
  ['a delivery that is none', { ...FAILURE, delivery: -1.5 }],
  ['a field of a later version', { ...FAILURE, invented: { later: true } }],
])('a message is given up also when its journal has a failure with %s', async (_, failure) => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  drop(here.root, 'journal/inbox/coder/m/failure~d1~aaaaaa.json', JSON.stringify(failure));
  drop(here.root, 'inbox/coder/bad.json', taskText({ message_id: 'm', timeout_seconds: 'soon' }));
  expect(await workUntilEmpty(mq)).toEqual([]);
  const [letter] = await mq.operations.find('m');
  expect(letter?.entry.state).toBe('dead');
  for (const { at, error } of letter?.failures ?? [])
    expect([typeof at, typeof error.name]).toEqual(['string', 'string']);
});

test('the result of a step that is no file counts as not recorded', async ({ skip }) => {
  skip(!canLink, NO_LINKS);
  await using here = await place();
  await using mq = await coderQueue(here.root);
  mkdirSync(join(here.root, 'journal/inbox/coder/m'), { recursive: true });
  symlinkSync('/dev/zero', join(here.root, 'journal/inbox/coder/m/once~step.json'));
  await mq.send(task({ message_id: 'm' }));
  const seen: unknown[] = [];
  await workUntilEmpty(mq, {
    task_assignment: async (_message, ctx) => void seen.push(await ctx.once('step', () => 7)),
  });
  expect(seen).toEqual([7]);
});

test('a switch that holds ten gigabytes pauses, and whoever looks is told so', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  sparse(join(here.root, 'locks/paused/agent~coder.json'));
  expect((await mq.operations.inspect()).pauses).toMatchObject([{ agentId: 'coder', note: null }]);
  await mq.operations.resume({ agentId: 'coder' });
  expect(await mq.store.isPaused('coder')).toBe(false);
});

test('a dead letter whose reason is no file is listed as one without, and so are those behind it', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  for (const id of ['a', 'b', 'c'])
    drop(here.root, `inbox/coder/${id}.json`, taskText({ message_id: id, priority: 7 }));
  await workUntilEmpty(mq);
  const directory = join(here.root, 'dlq/inbox/coder');
  const reasons = listed(directory).filter((name) => name.endsWith('.reason.json'));
  for (const name of reasons) rmSync(join(directory, name));
  mkdirSync(join(directory, reasons[0] ?? ''));
  if (canLink) symlinkSync('/dev/zero', join(directory, reasons[1] ?? ''));
  sparse(join(directory, reasons[2] ?? ''));
  expect(await deadIds(mq)).toEqual(['a', 'b', 'c']);
});

test('what bears a lease’s name and is no file stays where it is, and contends with nobody', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  const leases = join(here.root, 'locks/inbox/coder');
  const name = '20260101T000000_000Z_m_task_assignment~p1.d1~aaaaaa~00000000.json';
  mkdirSync(join(leases, name));
  if (canLink) symlinkSync('/dev/zero', join(leases, name.replace('aaaaaa', 'bbbbbb')));
  const left = listed(leases);
  await mq.send(task({ message_id: 'm' }));
  expect(await workUntilEmpty(mq)).toEqual(['m']);
  expect(listed(leases)).toEqual(left);
});

test('a directory whose name decodes to what no id can be is nobody’s box', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  for (const name of ['%1b%5b31m', '%00', '%c2%9b']) drop(here.root, `outbox/${name}/x.json`, 'no message');
  mkdirSync(join(here.root, 'inbox/%0a'));
  expect(await collectUntilEmpty(mq)).toEqual([]);
  expect(await mq.agents()).toEqual(['coder']);
  expect(await counts(mq)).toMatchObject({ dead: 0, unadopted: 0 });
});

test.each(['\u001b[31m', '\ud800'])('a long name with %j in it is nobody’s', async (part) => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  const name = `${'long'.repeat(20)}${part}`;
  drop(here.root, `outbox/${encodeSegment(name, 'agent')}/.agent.json`, JSON.stringify({ agent_id: name }));
  drop(here.root, `outbox/${encodeSegment(name, 'agent')}/x.json`, 'no message');
  expect((await mq.store.writers()).map(({ agentId }) => agentId)).toEqual(['coder']);
  expect(await collectUntilEmpty(mq)).toEqual([]);
});

test.for(['file', 'link'])(
  'a %s in the place of one long-named agent’s inbox stops nobody else',
  async (kind, { skip }) => {
    skip(kind === 'link' && !canLink, NO_LINKS);
    await using here = await place();
    await using mq = await coderQueue(here.root);
    const name = 'long'.repeat(20);
    await mq.registerAgent(name);
    const path = join(here.root, 'inbox', encodeSegment(name, 'agent'));
    rmSync(path, { recursive: true });
    if (kind === 'file') writeFileSync(path, '');
    else symlinkSync('nowhere', path);
    await mq.send(statusUpdate({ ...UPDATE, agent_id: 'coder', status: 'queued' }));
    expect(await collectUntilEmpty(mq)).toHaveLength(1);
    expect((await mq.operations.inspect()).boxes.map(({ box }) => box.agentId)).toEqual([
      'coder',
      'coder',
      name,
    ]);
  },
);

test.each(['directory', 'sparse file'])('a version that is a %s says so, with a code', async (kind) => {
  await using here = await place();
  await (await coderQueue(here.root)).close();
  const path = join(here.root, 'layout.json');
  rmSync(path);
  if (kind === 'directory') mkdirSync(path);
  else sparse(path);
  await expect(openQueue({ root: here.root })).rejects.toMatchObject({
    code: 'ERR_NOT_A_MESSAGES_DIRECTORY',
  });
});

test('a link in the place of a directory leads nobody out of the root', async ({ skip }) => {
  skip(!canLink, NO_LINKS);
  await using here = await place();
  const outside = join(here.path, 'outside');
  for (const path of [
    'inbox/coder',
    'outbox/coder',
    'inbox',
    'locks/inbox/coder',
    'locks/owners',
    'dlq/inbox',
    'processed/inbox/coder',
    'journal',
    'tmp',
  ]) {
    await (await coderQueue(here.root)).close();
    mkdirSync(outside);
    writeFileSync(join(outside, 'x.json'), taskText({ message_id: 'outside' }));
    rmSync(join(here.root, path), { recursive: true, force: true });
    mkdirSync(join(here.root, path, '..'), { recursive: true });
    symlinkSync(outside, join(here.root, path));
    await useAndIgnoreFaults(here.root);
    expect(listed(outside), path).toEqual(['x.json']);
    rmSync(here.root, { recursive: true });
    rmSync(outside, { recursive: true });
  }
});

async function tolerate(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(FsAtomicError);
    expect(error).toMatchObject({ code: 'ERR_NOT_A_DIRECTORY' });
  }
}

/** Sends a message, and handles what can be handled; faults have codes. */
async function useAndIgnoreFaults(root: string): Promise<void> {
  await using mq = await openQueue({ root, agent: 'coder', retention: false });
  const faults: unknown[] = [];
  mq.events.on('error', (error) => void faults.push(error));
  await tolerate(() => mq.send(task({ message_id: 'good' })));
  await tolerate(() => mq.operations.inspect());
  const worker = mq.work({ task_assignment: () => ({}), status_update: () => {}, task_complete: () => {} });
  for (let left = 5; left > 0; left -= 1) await tolerate(() => mq.operations.retain());
  await worker.stop({ grace: 0 });
  for (const fault of faults) await tolerate(() => Promise.reject(fault));
}

test('the root itself may be a link: where a project keeps its messages is its own business', async ({
  skip,
}) => {
  skip(!canLink, NO_LINKS);
  await using here = await place();
  mkdirSync(join(here.path, 'elsewhere'));
  symlinkSync(join(here.path, 'elsewhere'), here.root);
  await using mq = await coderQueue(here.root);
  await mq.send(task({ message_id: 'm' }));
  expect(await workUntilEmpty(mq)).toEqual(['m']);
});
