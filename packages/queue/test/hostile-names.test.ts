import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openQueue, type Queue } from '../src/index.ts';
import { failOnLeaks } from './support/leaks.ts';
import { counts, drop, taskText } from './support/messages.ts';
import { files, listed, place } from './support/place.ts';
import { sorted } from './support/sorted.ts';
import { workUntilEmpty } from './support/work.ts';

failOnLeaks();

async function coderQueue(root: string): Promise<Queue> {
  const mq = await openQueue({ root, agent: 'coder', retention: false });
  await mq.registerAgent('coder');
  return mq;
}

test('what is no message file is left alone, and stops nobody', async ({ skip }) => {
  skip(process.platform === 'win32', 'Windows has no FIFOs, and links only for the privileged');
  await using here = await place();
  await using mq = await coderQueue(here.root);
  const inbox = join(here.root, 'inbox/coder');
  const secret = join(here.path, 'secret.json');
  writeFileSync(secret, taskText({ message_id: 'outside' }));
  mkdirSync(join(inbox, 'directory.json'));
  writeFileSync(join(inbox, 'directory.json', 'inner.json'), taskText({ message_id: 'inner' }));
  symlinkSync(secret, join(inbox, 'link-out.json'));
  symlinkSync('directory.json', join(inbox, 'link-to-directory.json'));
  symlinkSync('nowhere', join(inbox, 'dangling.json'));
  execFileSync('mkfifo', [join(inbox, 'pipe.json')]);
  writeFileSync(join(inbox, '.hidden.json'), taskText({ message_id: 'hidden' }));
  writeFileSync(join(inbox, '~editor.json'), taskText({ message_id: 'editor' }));
  writeFileSync(join(inbox, 'half.json.tmp'), '{');
  writeFileSync(join(inbox, 'half.tmp'), '{');
  writeFileSync(join(inbox, 'half.tmp.json'), '{');
  writeFileSync(join(inbox, 'notes.txt'), 'not a message');
  writeFileSync(join(inbox, 'noextension'), 'not a message');
  const left = listed(inbox);
  drop(here.root, 'inbox/coder/good.json', taskText({ message_id: 'good' }));
  expect(await workUntilEmpty(mq)).toEqual(['good']);
  expect(listed(inbox)).toEqual(left);
  expect(lstatSync(join(inbox, 'link-out.json')).isSymbolicLink()).toBe(true);
  expect(readFileSync(secret, 'utf8')).toContain('outside');
  expect(files(join(here.root, 'dlq'))).toEqual([]);
  expect(await counts(mq)).toMatchObject({ ready: 1, leased: 0, dead: 0, unadopted: 0 });
});

test('what is no message file by its name is left alone, and stops nobody', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  const inbox = join(here.root, 'inbox/coder');
  mkdirSync(join(inbox, 'directory.json'));
  for (const name of [
    '.hidden.json',
    '~editor.json',
    'half.json.tmp',
    'half.tmp',
    'half.tmp.json',
    'notes.txt',
  ]) {
    writeFileSync(join(inbox, name), taskText({ message_id: 'none' }));
  }
  const left = listed(inbox);
  drop(here.root, 'inbox/coder/good.json', taskText({ message_id: 'good' }));
  expect(await workUntilEmpty(mq)).toEqual(['good']);
  expect(listed(inbox)).toEqual(left);
  expect(files(join(here.root, 'dlq'))).toEqual([]);
});

/** A ready name of our own form, with parts as an outside writer might choose them. */
function readyName({
  stamp = '20260101T000000_000Z',
  id = 'named',
  type = 'task_assignment',
  fields = 'p1',
}: Partial<Record<'stamp' | 'id' | 'type' | 'fields', string>>): string {
  return `${stamp}_${id}_${type}~${fields}~abcdef.json`;
}

test('a name that claims another id or type than its content is mended, and counted as no delivery', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  drop(here.root, `inbox/coder/${readyName({ id: 'liar' })}`, taskText({ message_id: 'truth' }));
  drop(here.root, `inbox/coder/${readyName({ type: 'status_update' })}`, taskText({ message_id: 'typed' }));
  drop(here.root, `inbox/coder/${readyName({ type: 'unknown' })}`, taskText({ message_id: 'known' }));
  const seen: [id: string, deliveries: number][] = [];
  await workUntilEmpty(mq, {
    task_assignment: ({ message_id }, { deliveries }) => void seen.push([message_id, deliveries]),
    status_update: () => expect.unreachable(),
  });
  expect(sorted(seen)).toEqual([
    ['known', 1],
    ['truth', 1],
    ['typed', 1],
  ]);
  expect(listed(join(here.root, 'processed/inbox/coder/w/t'))).toEqual([
    'known.json',
    'truth.json',
    'typed.json',
  ]);
});

test('a lying name cannot hide that a message was handled already, nor mark another as handled', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  drop(here.root, 'inbox/coder/a.json', taskText({ message_id: 'done' }));
  expect(await workUntilEmpty(mq)).toEqual(['done']);
  drop(here.root, `inbox/coder/${readyName({ id: 'fresh' })}`, taskText({ message_id: 'done' }));
  drop(here.root, `inbox/coder/${readyName({ id: 'done' })}`, taskText({ message_id: 'fresh' }));
  expect(await workUntilEmpty(mq)).toEqual(['fresh']);
});

test('a name with the greatest counters is given up with a reason, and its content survives', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  const name = readyName({ fields: 'p0.d999.f999.r999.x99' });
  drop(here.root, `inbox/coder/${name}`, taskText({ message_id: 'named' }));
  drop(here.root, 'inbox/coder/good.json', taskText({ message_id: 'good' }));
  expect(await workUntilEmpty(mq)).toEqual(['good']);
  const letters = [];
  for await (const letter of mq.operations.deadLetters()) letters.push(letter.reason?.code);
  expect(letters).toEqual(['exhausted']);
});

test.each([
  ['counters beyond what we write', { fields: 'p1.d1000' }],
  ['a counter of zero', { fields: 'p1.d0' }],
  ['an expiry beyond the calendar', { fields: 'p1.e999999999999999' }],
  ['a ready time beyond the calendar', { fields: 'p1.a999999999999999' }],
  ['a day that does not exist', { stamp: '20260230T000000_000Z' }],
  ['a time that does not exist', { stamp: '99999999T999999_999Z' }],
  ['a year before the calendar', { stamp: '00000101T000000_000Z' }],
  ['a year of two digits', { stamp: '00500101T000000_000Z' }],
  ['an id in capitals', { id: 'Named' }],
  ['an id that climbs', { id: '..' }],
  ['an id that only looks encoded', { id: '%2e%2e%2f%2e%2e%2fx' }],
  ['a priority we do not have', { fields: 'p7' }],
  ['a type in capitals', { type: 'Task' }],
  ['a percent sign and nothing', { id: '%' }],
])(
  'a name with %s: its good content is handled, its bad content quarantined, and both can be found',
  async (_, parts) => {
    await using here = await place();
    await using mq = await coderQueue(here.root);
    const seen: [id: string, leased: number | undefined][] = [];
    drop(here.root, `inbox/coder/${readyName(parts)}`, taskText({ message_id: 'good' }));
    await workUntilEmpty(mq, {
      task_assignment: async ({ message_id }) => {
        // While it is in hand, its lease can be found: or nobody could take it back.
        seen.push([message_id, (await counts(mq))['leased']]);
      },
    });
    expect(seen).toEqual([['good', 1]]);
    drop(here.root, `inbox/coder/${readyName(parts)}`, '{}');
    expect(await workUntilEmpty(mq)).toEqual([]);
    expect(await counts(mq)).toMatchObject({ leased: 0, dead: 1, unadopted: 0, delayed: 0 });
    expect(files(join(here.root, 'dlq'))).toHaveLength(2);
  },
);

test.each([
  '2026-01-01T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '0050-06-01T00:00:00Z',
  '9999-12-31T23:59:59.999999999Z',
])('a message from %s is sent, leased, retried, found and handled', async (created_at) => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  const message = { ...(JSON.parse(taskText()) as object), created_at, message_id: 'old' };
  drop(
    here.root,
    'inbox/coder/x.json',
    JSON.stringify({ ...message, retry_policy: { max_retries: 1, backoff_seconds: 0 } }),
  );
  const seen: unknown[] = [];
  await workUntilEmpty(mq, {
    task_assignment: async (_, { deliveries }) => {
      const [report] = await mq.operations.find('old');
      seen.push([deliveries, report?.entry.state, report?.entry.createdAt_ms]);
      if (deliveries === 1) throw new Error('once more');
    },
  });
  const time_ms = Date.parse(created_at);
  expect(seen).toEqual([
    [1, 'leased', time_ms],
    [2, 'leased', time_ms],
  ]);
});

test('names that are not text, very long or strange do not stop the others', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  const inbox = join(here.root, 'inbox/coder');
  const everywhere = ['sp ace', '💥', 'a'.repeat(250), '%', '-rf', "quote'", 'ümläut'];
  // Nobody can give a file these names on Windows: learn.microsoft.com/windows/win32/fileio/naming-a-file.
  const strange =
    process.platform === 'win32' ? everywhere : [...everywhere, 'new\nline', 'con', 'quote"', '*?<>|'];
  for (const [index, name] of strange.entries())
    drop(here.root, `inbox/coder/${name}.json`, taskText({ message_id: `strange-${index}` }));
  expect((await workUntilEmpty(mq)).toSorted()).toEqual(
    strange.map((_, index) => `strange-${index}`).toSorted(),
  );
  expect(readdirSync(inbox)).toEqual([]);
});

test('a lease, dead letter or ledger entry with an id that leads out of its directory is left alone; a message in a box is taken for what it says', async () => {
  await using here = await place();
  await using mq = await coderQueue(here.root);
  const name = '20251214T103500_123Z_.._task_assignment~p1.d1~a1b2c3';
  const others = [
    `locks/inbox/coder/${name}~deadbeef.json`,
    `dlq/inbox/coder/${name}.json`,
    'processed/inbox/coder/w/t/...json',
  ];
  for (const path of others) {
    mkdirSync(dirname(join(here.root, path)), { recursive: true });
    drop(here.root, path, taskText({ message_id: 'elsewhere' }));
  }
  drop(here.root, `inbox/coder/${name}.json`, taskText({ message_id: 'good' }));
  expect(await workUntilEmpty(mq)).toEqual(['good']);
  for await (const step of mq.operations.replay({ dryRun: false })) expect(step).toBeUndefined();
  for (const path of others) expect(readFileSync(join(here.root, path), 'utf8')).toContain('elsewhere');
  expect(files(join(here.root, 'journal'))).toEqual([]);
});
