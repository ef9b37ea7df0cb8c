import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDeadLetterReason, type ReasonCode } from '@tapps-agents/contracts';
import { expect, test } from 'vitest';
import { openQueue } from '../src/index.ts';
import { failOnLeaks } from './support/leaks.ts';
import { counts, drop, taskText } from './support/messages.ts';
import { files, place } from './support/place.ts';
import { collectUntilEmpty, workUntilEmpty } from './support/work.ts';

failOnLeaks();

const MIB = 1_048_576;

interface Hostile {
  readonly content: string | Uint8Array;
  readonly code: ReasonCode;
  /** What the reason's sentence must speak of. */
  readonly says: RegExp;
  /** A JSON pointer that the details must name. */
  readonly pointer?: string;
}

function invalid(fields: Readonly<Record<string, unknown>>, pointer: string): Hostile {
  return { content: taskText(fields), code: 'invalid_schema', says: /Correct it/, pointer };
}

/** A valid task followed by spaces, of exactly this many bytes. */
function padded(bytes: number, id: string): string {
  const text = taskText({ message_id: id });
  return text + ' '.repeat(bytes - Buffer.byteLength(text));
}

const HOSTILE: Readonly<Record<string, Hostile>> = {
  'not-json': { content: '{"schema_version": "1.0", ', code: 'not_json', says: /not JSON/ },
  text: { content: 'hello', code: 'not_json', says: /not JSON/ },
  empty: { content: '', code: 'not_json', says: /empty/ },
  'spaces-only': { content: ' \n', code: 'not_json', says: /empty/ },
  'bom-only': { content: new Uint8Array([0xef, 0xbb, 0xbf]), code: 'not_json', says: /empty/ },
  'nan-token': {
    content: taskText().replace('"inputs":{', '"inputs":{"x":NaN,'),
    code: 'not_json',
    says: /NaN/,
  },
  'two-objects': { content: `${taskText()}${taskText()}`, code: 'not_json', says: /not JSON/ },
  'invalid-utf8': {
    content: Buffer.concat([Buffer.from(taskText().slice(0, -1)), Buffer.from([0xff, 0xfe, 0x7d])]),
    code: 'not_utf8',
    says: /UTF-8/,
  },
  utf16: { content: Buffer.from(taskText(), 'utf16le'), code: 'not_json', says: /not JSON/ },
  'too-large': { content: padded(MIB + 1, 'large'), code: 'too_large', says: /1048576/ },
  'too-deep': {
    content: taskText({ metadata: JSON.parse(`${'{"a":'.repeat(64)}1${'}'.repeat(64)}`) }),
    code: 'too_deep',
    says: /64 levels/,
  },
  bottomless: { content: '['.repeat(200_000), code: 'not_json', says: /not JSON/ },
  'an-array': { content: '[]', code: 'invalid_schema', says: /JSON object/, pointer: '' },
  null: { content: 'null', code: 'invalid_schema', says: /JSON object/, pointer: '' },
  'newer-major': { content: taskText({ schema_version: '2.0' }), code: 'unsupported_version', says: /2\.0/ },
  'no-version': invalid({ schema_version: undefined }, '/schema_version'),
  'version-number': invalid({ schema_version: 1 }, '/schema_version'),
  'no-message-id': invalid({ message_id: undefined }, '/message_id'),
  'empty-message-id': invalid({ message_id: '' }, '/message_id'),
  'control-character-in-id': invalid({ message_id: 'a\u0000b' }, '/message_id'),
  'no-type': invalid({ message_type: undefined }, '/message_type'),
  'no-workflow': invalid({ workflow_id: undefined }, '/workflow_id'),
  'no-task': invalid({ task_id: undefined }, '/task_id'),
  'no-agent': invalid({ agent_id: undefined }, '/agent_id'),
  'no-time': invalid({ created_at: undefined }, '/created_at'),
  'local-time': invalid({ created_at: '2026-01-01T00:00:00+02:00' }, '/created_at'),
  'no-such-day': invalid({ created_at: '2026-02-30T00:00:00Z' }, '/created_at'),
  'string-for-number': invalid({ timeout_seconds: '60' }, '/timeout_seconds'),
  'infinite-number': {
    ...invalid({}, '/timeout_seconds'),
    content: taskText({ timeout_seconds: 0 }).replace('"timeout_seconds":0', '"timeout_seconds":1e999'),
  },
  'number-for-string': invalid({ workflow_id: 7 }, '/workflow_id'),
  'array-for-object': invalid({ inputs: [] }, '/inputs'),
  'unknown-priority': invalid({ priority: 'urgent' }, '/priority'),
  'for-another': {
    content: taskText({ assigned_to: 'tester' }),
    code: 'misrouted',
    says: /belongs to "tester"/,
    pointer: '/assigned_to',
  },
  'for-its-writer': {
    content: taskText({ assigned_to: null, agent_id: 'somebody' }),
    code: 'misrouted',
    says: /belongs to "somebody"/,
    pointer: '/agent_id',
  },
};

const GOOD: Readonly<Record<string, string>> = {
  '-before': taskText({ message_id: 'before' }),
  'm-between': `\uFEFF${taskText({ message_id: 'with-bom' })}`,
  'n-unknown-fields': taskText({
    message_id: 'unknown-fields',
    invented: { later: [1] },
    schema_version: '1.7',
  }),
  'o-exactly-the-limit': padded(MIB, 'limit'),
  'p-deepest': taskText({
    message_id: 'deepest',
    metadata: JSON.parse(`${'{"a":'.repeat(63)}1${'}'.repeat(63)}`),
  }),
  'zz-after': taskText({ message_id: 'after' }),
};

test('every kind of bad content is quarantined, untouched and explained; every good message is handled', async () => {
  await using here = await place();
  await using mq = await openQueue({ root: here.root, agent: 'coder', retention: false });
  await mq.registerAgent('coder');
  const quarantined = new Map<string, string>();
  mq.events.on('quarantined', ({ entryId, code }) => void quarantined.set(entryId, code));
  const bad = Object.entries(HOSTILE);
  for (const [name, { content }] of bad) drop(here.root, `inbox/coder/${name}.json`, content);
  for (const [name, content] of Object.entries(GOOD)) drop(here.root, `inbox/coder/${name}.json`, content);

  const handled = await workUntilEmpty(mq);
  expect(handled.toSorted()).toEqual(['after', 'before', 'deepest', 'limit', 'unknown-fields', 'with-bom']);
  expect(await counts(mq)).toMatchObject({ leased: 0, dead: bad.length, unadopted: 0 });
  expect(files(join(here.root, 'tmp'))).toEqual([]);

  const letters = [];
  for await (const letter of mq.operations.deadLetters()) letters.push(letter);
  expect(new Set(letters.map(({ entry }) => entry.entryId))).toEqual(new Set(quarantined.keys()));
  for (const [name, { content, code, says, pointer }] of bad) {
    const bytes = Buffer.from(content as Uint8Array);
    const found = letters.filter(({ location }) => readFileSync(location).equals(bytes));
    expect(found.length, `dead letters with the bytes of ${name}`).toBe(1);
    const text = readFileSync(found[0]!.location.replace(/\.json$/, '.reason.json'));
    const reason = parseDeadLetterReason(text);
    expect(reason, name).toMatchObject({
      code,
      reason: expect.stringMatching(says),
      origin: { box: 'inbox', agent_id: 'coder' },
      quarantined_by: { agent_id: 'coder', pid: process.pid },
      deliveries: 1,
      failures: 0,
    });
    expect(reason.reason, name).toMatch(/^[A-Z].*\.$/su);
    expect(reason.reason.length, name).toBeLessThan(1_000);
    if (pointer !== undefined)
      expect(
        reason.details.map((fault) => fault.pointer),
        name,
      ).toContain(pointer);
    expect(quarantined.get(found[0]!.entry.entryId)).toBe(code);
  }
});

test('whoever waits for a task that could be read that far, hears that it was given up', async () => {
  await using here = await place();
  await using mq = await openQueue({ root: here.root, agent: 'coder', retention: false });
  await mq.registerAgent('coder');
  drop(here.root, 'inbox/coder/a.json', taskText({ message_id: 'readable', timeout_seconds: 'soon' }));
  drop(here.root, 'inbox/coder/b.json', taskText({ message_id: undefined }));
  drop(here.root, 'inbox/coder/c.json', 'nothing to be read');
  expect(await workUntilEmpty(mq)).toEqual([]);
  const answers = await collectUntilEmpty(mq);
  expect(answers).toMatchObject([
    {
      message_type: 'task_complete',
      status: 'failed',
      agent_id: 'coder',
      workflow_id: 'w',
      task_id: 't',
      metadata: { causation_id: 'readable' },
      results: { errors: [expect.stringContaining('/timeout_seconds')] },
    },
  ]);
});

test('a dead letter that is too large to be read can be found, and its replay announces that it would come back', async () => {
  await using here = await place();
  await using mq = await openQueue({ root: here.root, agent: 'coder', retention: false });
  await mq.registerAgent('coder');
  drop(here.root, 'inbox/coder/large.json', padded(MIB + 1, 'large'));
  await workUntilEmpty(mq);
  for await (const { entry } of mq.operations.deadLetters()) {
    expect(await mq.operations.find(entry.entryId)).toMatchObject([
      { message: null, raw: '', reason: { code: 'too_large' } },
    ]);
  }
  const steps = [];
  for await (const { outcome } of mq.operations.replay({ dryRun: false })) steps.push(outcome);
  expect(steps).toEqual(['will_fail']);
});
