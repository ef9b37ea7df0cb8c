import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FaultyFileSystem, type FileSystemVerb } from '@tapps-agents/fs-atomic/testing';
import { describe, expect, test } from 'vitest';
import { openQueue, type Finding, type Queue } from '../src/index.ts';
import { failOnLeaks } from './support/leaks.ts';
import { diagnose } from './support/diagnose.ts';
import { files, place, type Place } from './support/place.ts';
import { LEFT, message, pythonDirectory, put } from './support/python-directory.ts';
import { collectUntilEmpty, workUntilEmpty } from './support/work.ts';

failOnLeaks();

const ADOPTED = ['unadopted_dead_letters', 'unadopted_ledgers', 'unadopted_messages'] as const;

function openedAt(here: Place, agent = 'agent-a'): Promise<Queue> {
  return openQueue({ root: here.root, agent, create: false, retention: false });
}

/** What there is to adopt: how many, and how many of them were. */
async function toAdopt(mq: Queue, mend = false): Promise<Record<string, string>> {
  const found: Partial<Record<string, Finding>> = await diagnose(mq, mend);
  return Object.fromEntries(
    ADOPTED.flatMap((code) => {
      const finding = found[code];
      return finding === undefined ? [] : [[code, `${finding.mended} of ${finding.count}`]];
    }),
  );
}

async function deadLetters(mq: Queue): Promise<{ id: string | null; code: string; reason: string }[]> {
  const letters = [];
  for await (const { entry, reason } of mq.operations.deadLetters())
    letters.push({ id: entry.messageId, code: reason?.code ?? '', reason: reason?.reason ?? '' });
  return letters.toSorted((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1));
}

/** The contents of files, by their path below a directory; the names of rounds left out. */
function contents(root: string, below: string): Record<string, string> {
  return Object.fromEntries(
    files(join(root, below)).map((path) => [
      path.replace(/^[^/]*~[0-9a-v]{6}\//, ''),
      readFileSync(join(root, below, path), 'utf8'),
    ]),
  );
}

describe('a directory that the Python writer left', () => {
  test('is reported, in all its parts, and not changed by looking', async () => {
    await using here = await place();
    pythonDirectory(here.root);
    await using mq = await openedAt(here);
    const before = contents(here.root, '.');
    const found = await diagnose(mq);
    expect(found).toMatchObject({
      unadopted_ledgers: {
        severity: 'warning',
        count: 2,
        mendable: true,
        mended: 0,
        evidence: [{ place: 'processed/agent-a.jsonl', detail: '2 finished messages' }],
      },
      unadopted_messages: { count: 1, mended: 0, evidence: [{ detail: 'for agent-a', agentId: 'agent-a' }] },
      unadopted_dead_letters: { count: 2, mended: 0 },
    });
    expect(found).not.toHaveProperty('foreign_files');
    expect(contents(here.root, '.')).toEqual(before);
  });

  test('is adopted in place, and works from then on with nothing lost or handled again', async () => {
    await using here = await place();
    pythonDirectory(here.root);
    const dead = message({ message_id: LEFT.dead, task_id: 't-10' });
    await using mq = await openedAt(here);
    expect(await toAdopt(mq, true)).toEqual({
      unadopted_ledgers: '2 of 2',
      unadopted_messages: '1 of 1',
      unadopted_dead_letters: '2 of 2',
    });
    expect(await deadLetters(mq)).toEqual([
      { id: LEFT.dead, code: 'rejected', reason: 'Schema validation failed: the agent said no' },
    ]);
    expect(Object.values(contents(here.root, 'dlq/inbox/agent-a'))).toContain(dead);
    expect(contents(here.root, 'adopted')).toEqual({
      'dlq/20251214T103500_123Z_dead-1_task_assignment.0f0f.reason.txt':
        'Schema validation failed: the agent said no\n',
      'dlq/replayed-long-ago.1a1a.reason.txt': 'Invalid JSON\n',
      'processed/agent-a.jsonl': `${LEFT.finished}\nlong-gone\n`,
    });

    expect((await workUntilEmpty(mq)).toSorted()).toEqual([...LEFT.waiting, LEFT.claimed].toSorted());
    expect((await collectUntilEmpty(mq)).length).toBeGreaterThanOrEqual(4);
    put(here.root, 'inbox/agent-a/sent-again.json', message({ message_id: 'long-gone', workflow_id: 'any' }));
    expect(await workUntilEmpty(mq)).toEqual([]);

    for await (const step of mq.operations.replay({ dryRun: false })) expect(step.outcome).toBe('replayed');
    expect(await workUntilEmpty(mq)).toEqual([LEFT.dead]);
    expect(await toAdopt(mq, true)).toEqual({});
    expect(await diagnose(mq)).toEqual({});
  });

  test('is adopted whole, wherever the first that tried died', async () => {
    await using whole = await place();
    pythonDirectory(whole.root);
    const watched = new FaultyFileSystem();
    await using first = await openQueue({
      root: whole.root,
      agent: 'x',
      create: false,
      retention: false,
      fileSystem: watched,
    });
    await diagnose(first, true);
    const calls = watched.verbs.filter((verb) => CHANGES.has(verb)).length;
    expect(calls).toBeGreaterThan(30);
    const keptOfWhole = Object.values(contents(whole.root, 'adopted')).toSorted();
    const isWholeAfter = async (last: number): Promise<void> => {
      await using here = await place();
      pythonDirectory(here.root);
      await dieAfter(here, last);
      await using mq = await openedAt(here);
      await toAdopt(mq, true);
      expect(await toAdopt(mq), `after change ${last}`).toEqual({});
      expect(await deadLetters(mq), `after change ${last}`).toMatchObject([
        { id: LEFT.dead, code: 'rejected' },
      ]);
      const kept = Object.values(contents(here.root, 'adopted')).toSorted();
      expect(kept, `after change ${last}`).toEqual(keptOfWhole);
      const handled = (await workUntilEmpty(mq)).toSorted();
      expect(handled, `after change ${last}`).toEqual([...LEFT.waiting, LEFT.claimed].toSorted());
    };
    const changes = Array.from({ length: calls }, (_, index) => index);
    // Some at a time, as each waits for the disk most of the time.
    while (changes.length > 0) await Promise.all(changes.splice(0, 8).map(isWholeAfter));
  });

  test('is adopted once by two that do it at the same time', async () => {
    await using here = await place();
    pythonDirectory(here.root);
    for (let id = 0; id < 20; id += 1) {
      put(here.root, `dlq/m-${id}.json`, message({ message_id: `m-${id}` }));
      put(here.root, `dlq/m-${id}.reason.txt`, `reason ${id}`);
      put(here.root, `locks/agent-a/c-${id}.json`, message({ message_id: `c-${id}` }));
    }
    await using one = await openedAt(here);
    await using other = await openedAt(here, 'other');
    await Promise.all([toAdopt(one, true), toAdopt(other, true)]);
    expect(await toAdopt(one)).toEqual({});
    const letters = await deadLetters(one);
    expect(letters.map(({ id }) => String(id)).toSorted()).toEqual(
      [LEFT.dead, ...Array.from({ length: 20 }, (_, id) => `m-${id}`)].toSorted(),
    );
    for (const { id, reason } of letters)
      if (id !== LEFT.dead) expect(reason).toBe(`reason ${String(id).slice(2)}`);
    expect(await diagnose(one)).not.toHaveProperty('missing_reasons');
    expect(Object.keys(contents(here.root, 'adopted'))).toHaveLength(23);
    expect(await workUntilEmpty(one)).toHaveLength(LEFT.waiting.length + 21);
  });
});

/** Calls that leave the disk as it was do not make a moment of their own. */
const CHANGES: ReadonlySet<FileSystemVerb> = new Set([
  'create',
  'write',
  'rename',
  'remove',
  'createDirectory',
  'removeDirectory',
]);

/** Adopts until so many changes were made; whoever does it is dead from then on. */
async function dieAfter(here: Place, calls: number): Promise<void> {
  const fileSystem = new FaultyFileSystem();
  let made = 0;
  fileSystem.onCall = ({ verb }) => {
    if (CHANGES.has(verb)) made += 1;
    if (made > calls) throw new Error('dead');
  };
  try {
    await using mq = await openQueue({
      root: here.root,
      agent: 'x',
      create: false,
      retention: false,
      fileSystem,
    });
    await diagnose(mq, true);
  } catch (error) {
    expect(String(error)).toContain('dead');
  }
}

test('the agents of names that the Python writer has to change find their messages', async () => {
  await using here = await place();
  put(here.root, 'inbox/Coder/a.json', message({ message_id: 'a', assigned_to: 'Coder' }));
  put(here.root, 'inbox/my-agent/b.json', message({ message_id: 'b', assigned_to: 'my agent' }));
  put(here.root, 'inbox/my-agent/c.json', message({ message_id: 'c', assigned_to: 'my-agent' }));
  put(here.root, 'locks/Coder/d.json', message({ message_id: 'd', assigned_to: 'Coder' }));
  put(here.root, 'processed/Coder.jsonl', 'e\n');
  put(here.root, 'processed/my-agent.jsonl', 'f\n');
  await using mq = await openedAt(here, 'Coder');
  expect(await toAdopt(mq, true)).toEqual({ unadopted_ledgers: '2 of 2', unadopted_messages: '3 of 3' });
  expect(await mq.agents()).toEqual(['Coder', 'my agent', 'my-agent']);
  expect((await workUntilEmpty(mq)).toSorted()).toEqual(['a', 'd']);
  put(here.root, 'inbox/%43oder/e.json', message({ message_id: 'e', assigned_to: 'Coder' }));
  expect(await workUntilEmpty(mq)).toEqual([]);
  await using mine = await openedAt(here, 'my agent');
  expect(await workUntilEmpty(mine)).toEqual(['b']);
  await using hyphenated = await openedAt(here, 'my-agent');
  expect(await workUntilEmpty(hyphenated)).toEqual(['c']);
});

test('what one line says of workflow and task is kept to: another task of the same id is handled', async () => {
  await using here = await place();
  const line = { message_id: 'm', workflow_id: 'wf-1', task_id: 't-1', processed_at: '2026-01-01T00:00:00Z' };
  put(here.root, 'processed/agent-a.jsonl', `${JSON.stringify(line)}\n"n"\n\n{"message_id": "o"}`);
  put(here.root, 'inbox/agent-a/1.json', message({ message_id: 'm', workflow_id: 'wf-1', task_id: 't-1' }));
  put(here.root, 'inbox/agent-a/2.json', message({ message_id: 'm', workflow_id: 'wf-2', task_id: 't-1' }));
  put(here.root, 'inbox/agent-a/3.json', message({ message_id: 'n' }));
  put(here.root, 'inbox/agent-a/4.json', message({ message_id: 'o' }));
  await using mq = await openedAt(here);
  expect(await toAdopt(mq, true)).toEqual({ unadopted_ledgers: '3 of 3' });
  expect(await diagnose(mq)).not.toHaveProperty('never_drained');
  const handled: string[] = [];
  await workUntilEmpty(mq, { task_assignment: ({ workflow_id }) => void handled.push(workflow_id) });
  expect(handled).toEqual(['wf-2']);
  const ledger = contents(here.root, 'processed/inbox/agent-a');
  expect(ledger['any%h/any%h/n.json']).toContain('"adopted_from": "processed/agent-a.jsonl"');
  expect(ledger['wf-1/t-1/m.json']).toContain('2026-01-01');
});

test('an entry that the ledger has is never written over', async () => {
  await using here = await place();
  put(here.root, 'inbox/agent-a/1.json', message({ message_id: 'm' }));
  await using mq = await openedAt(here);
  await workUntilEmpty(mq);
  const before = contents(here.root, 'processed');
  const { workflow_id, task_id } = JSON.parse(message()) as Record<string, string>;
  put(here.root, 'processed/agent-a.jsonl', JSON.stringify({ message_id: 'm', workflow_id, task_id }));
  await toAdopt(mq, true);
  expect(contents(here.root, 'processed')).toEqual(before);
});

test('a replay in a forced run is handled although an earlier writer had finished the message', async () => {
  await using here = await place();
  put(here.root, 'processed/agent-a.jsonl', 'm\n');
  put(here.root, 'dlq/m.json', message({ message_id: 'm' }));
  await using mq = await openedAt(here);
  await toAdopt(mq, true);
  const outcomes: string[] = [];
  for await (const { outcome } of mq.operations.replay({ dryRun: false })) outcomes.push(outcome);
  for await (const { outcome } of mq.operations.replay({ dryRun: false, force: true }))
    outcomes.push(outcome);
  expect(outcomes).toEqual(['skip_processed', 'replayed']);
  expect(await workUntilEmpty(mq)).toEqual(['m']);
});

test('of a message whose content is broken, the name of its file tells which it was', async () => {
  await using here = await place();
  const cut = message().slice(0, 40);
  put(here.root, 'inbox/agent-a/20251214T103500_123Z_in-box_task_assignment.json', cut);
  put(here.root, `dlq/20251214T103500_123Z_in-dlq_status_update.${'0f'.repeat(16)}.json`, cut);
  put(here.root, 'locks/agent-a/20251214T103500_123Z_in-hand_task_assignment.json', cut);
  await using mq = await openedAt(here);
  await diagnose(mq, true);
  expect(await workUntilEmpty(mq)).toEqual([]);
  const told = [];
  for await (const { entry, reason } of mq.operations.deadLetters())
    told.push([
      entry.messageId,
      entry.messageType,
      entry.createdAt_ms,
      reason?.message.message_id,
      reason?.code,
    ]);
  const at = Date.UTC(2025, 11, 14, 10, 35, 0, 123);
  expect(told.toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1))).toEqual([
    ['in-box', 'task_assignment', at, 'in-box', 'not_json'],
    ['in-dlq', 'status_update', at, 'in-dlq', 'not_json'],
    ['in-hand', 'task_assignment', at, 'in-hand', 'not_json'],
  ]);
});
