import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_MESSAGE_BYTES, MAX_REASON_CHARACTERS } from '@tapps-agents/contracts';
import { expect, test } from 'vitest';
import { openQueue, type Queue } from '../src/index.ts';
import { diagnose } from './support/diagnose.ts';
import { failOnLeaks } from './support/leaks.ts';
import { canLink, NO_LINKS } from './support/links.ts';
import { files, place, type Place } from './support/place.ts';
import { message, put } from './support/python-directory.ts';
import { workUntilEmpty } from './support/work.ts';

failOnLeaks();

async function openedAt(here: Place, options: { readonly fileSystem?: never } = {}): Promise<Queue> {
  return await openQueue({ root: here.root, agent: 'agent-a', create: false, retention: false, ...options });
}

async function reasons(mq: Queue): Promise<Record<string, unknown>[]> {
  const found = [];
  for await (const { entry, reason } of mq.operations.deadLetters())
    found.push({ box: `${entry.box.kind}/${entry.box.agentId}`, code: reason?.code, reason: reason?.reason });
  return found.toSorted((a, b) => (String(a.reason) < String(b.reason) ? -1 : 1));
}

test('dead letters that say little, or much, are all kept, and for whom they are as far as they tell', async () => {
  await using here = await place();
  const letters: Record<string, [content: string | Uint8Array, reason: string | Uint8Array | null]> = {
    '1-not-json': ['{"agent_id": "agent-a", ', '1 Invalid JSON: Expecting property name'],
    '2-invalid': [message({ priority: 'urgent' }), '2 Schema validation failed'],
    '3-no-agent': ['{"message_type": "task_assignment"}', '3 \u001b[31mred\u001b[0m'],
    '4-outbox': [message({ message_type: 'status_update', assigned_to: null }), '4 \ud83d\ude00'],
    '5-own-type': [message({ message_type: 'code_review', assigned_to: null }), '5 not mine'],
    '6-traversal': [message({ assigned_to: '../../../etc', message_id: '../../x' }), '6 out'],
    '7-too-large': [' '.repeat(MAX_MESSAGE_BYTES + 1), '7 large'],
    '8-bytes': [new Uint8Array([0xff, 0xfe, 0x00]), new Uint8Array([0x38, 0x20, 0xff, 0x00])],
  };
  for (const [name, [content, reason]] of Object.entries(letters)) {
    put(here.root, `dlq/${name}.json`, content);
    if (reason !== null) put(here.root, `dlq/${name}.reason.txt`, reason);
  }
  await using mq = await openedAt(here);
  expect(await diagnose(mq, true)).toMatchObject({ unadopted_dead_letters: { count: 8, mended: 8 } });
  expect(await reasons(mq)).toEqual([
    { box: 'inbox/unknown', code: 'not_json', reason: '1 Invalid JSON: Expecting property name' },
    { box: 'inbox/agent-a', code: 'invalid_schema', reason: '2 Schema validation failed' },
    { box: 'inbox/unknown', code: 'invalid_schema', reason: '3 \u001b[31mred\u001b[0m' },
    { box: 'outbox/orchestrator', code: 'invalid_schema', reason: '4 \ud83d\ude00' },
    { box: 'outbox/orchestrator', code: 'rejected', reason: '5 not mine' },
    { box: 'inbox/../../../etc', code: 'rejected', reason: '6 out' },
    { box: 'inbox/unknown', code: 'too_large', reason: '7 large' },
    { box: 'inbox/unknown', code: 'not_utf8', reason: '8 \ufffd\u0000' },
  ]);
  expect(files(join(here.root, '..')).every((path) => path.startsWith('messages/'))).toBe(true);
});

test('a reason that is missing, empty or endless is said to be so', async () => {
  await using here = await place();
  for (const name of ['a', 'b', 'c', 'd'])
    put(here.root, `dlq/${name}.json`, message({ message_id: name, assigned_to: name }));
  put(here.root, 'dlq/b.reason.txt', ' \n');
  put(here.root, 'dlq/c.reason.txt', 'x'.repeat(10 * MAX_REASON_CHARACTERS));
  put(here.root, 'dlq/d.json.reason.txt', 'y'.repeat(2 * MAX_REASON_CHARACTERS));
  await using mq = await openedAt(here);
  await diagnose(mq, true);
  const byBox = Object.fromEntries((await reasons(mq)).map(({ box, reason }) => [box, String(reason)]));
  expect(byBox['inbox/a']).toMatch(/left no reason/);
  expect(byBox['inbox/b']).toMatch(/empty/);
  expect(byBox['inbox/c']).toMatch(/too long .* adopted\/ as dlq\/c\.reason\.txt/);
  expect(byBox['inbox/d']).toHaveLength(MAX_REASON_CHARACTERS);
});

test('lines that are none are named, the others count, and the file is kept', async () => {
  await using here = await place();
  const lines = [
    'good-1',
    '{"message_id": 5}',
    '{"message_id": "good-2", "workflow_id": "w"}',
    `"${'x'.repeat(70_000)}"`,
    '["good-3"]',
    '{"message_id": "\\u0000"}',
    '   ',
    '"good-4"',
    'x'.repeat(513),
    '123',
    'cut-of',
  ];
  put(here.root, 'processed/agent-a.jsonl', lines.join('\n'));
  const ids = ['good-1', 'good-2', 'good-3', 'good-4', '123', 'cut-of'];
  for (const id of ids) put(here.root, `inbox/agent-a/${id}.json`, message({ message_id: id }));
  await using mq = await openedAt(here);
  expect(await diagnose(mq, true)).toMatchObject({
    unadopted_ledgers: {
      count: 10,
      mended: 4,
      setAside: 6,
      evidence: [{ detail: '4 finished messages; no message in line 2, 4, 5, 6, 9 and 1 more' }],
    },
  });
  expect((await workUntilEmpty(mq)).toSorted()).toEqual(['cut-of', 'good-3']);
  expect(files(join(here.root, 'adopted')).map((path) => path.split('/').slice(1).join('/'))).toEqual([
    'processed/agent-a.jsonl',
  ]);
});

test.skipIf(!canLink)(`links are not followed [${NO_LINKS}]`, async () => {
  await using here = await place();
  put(here.root, 'inbox/agent-a/.keep', '');
  put(here.root, 'dlq/.keep', '');
  put(here.root, 'processed/.keep', '');
  const outside = join(here.path, 'outside');
  writeFileSync(outside, message());
  symlinkSync(outside, join(here.root, 'dlq/link.json'));
  symlinkSync(outside, join(here.root, 'processed/agent-a.jsonl'));
  await using mq = await openedAt(here);
  const found = await diagnose(mq, true);
  expect(Object.keys(found).filter((code) => code.startsWith('unadopted'))).toEqual([]);
  expect(found['foreign_files']?.evidence.map(({ place: at }) => at).toSorted()).toEqual(
    expect.arrayContaining(['dlq/link.json', 'processed/agent-a.jsonl']),
  );
});

test('a disk that fails half-way leaves the record of what is finished where it is, and says so', async () => {
  await using here = await place();
  put(here.root, 'processed/agent-a.jsonl', 'a\nb\n');
  const { FaultyFileSystem } = await import('@tapps-agents/fs-atomic/testing');
  const fileSystem = new FaultyFileSystem();
  fileSystem.fail({ verb: 'create', path: 'b.json', code: 'ENOSPC', times: 99 });
  await using mq = await openQueue({
    root: here.root,
    agent: 'agent-a',
    create: false,
    retention: false,
    fileSystem,
  });
  const found = await diagnose(mq, true);
  expect(found).toMatchObject({
    unadopted_ledgers: { count: 2, mended: 0 },
    unreadable: { severity: 'error', evidence: [{ place: 'processed/inbox/agent-a/any%h/any%h/b.json' }] },
  });
  expect(files(join(here.root, 'processed'))).toContain('agent-a.jsonl');
});
