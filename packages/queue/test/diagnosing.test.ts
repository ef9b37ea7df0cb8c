import { randomUUID } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { nodeFileSystem, processIdentity } from '@tapps-agents/fs-atomic';
import { describe, expect, test } from 'vitest';
import { reject, snooze, type Diagnosis } from '../src/index.ts';
import { entries, names, site, task, type Site } from './support-behaviour.ts';
import { diagnose, HOUR_MS, makeOlder, opened, write } from './support/diagnose.ts';

/** Leaves the record of a process that has ended. */
async function deadOwner(place: Site, owner: string): Promise<void> {
  const pid = spawnSync(process.execPath, ['-e', '']).pid;
  const record = { ...processIdentity(), owner, pid, lease_ms: 30_000, detached: false, agent_id: 'coder' };
  const text = JSON.stringify({ ...record, started_at: new Date().toISOString() });
  await write(place.at('locks', 'owners', `${owner}.json`), text);
}

test('a directory at work has nothing wrong with it, and is not changed by looking', async () => {
  await using place = await site();
  const mq = await opened(place);
  await mq.registerAgent('a name that is much too long to be kept as it is in the name of a directory');
  await mq.send(task({ retry_policy: { max_retries: 1, backoff_seconds: 60 } }));
  await mq.work({ task_assignment: () => Promise.reject(new Error('no')) }, { limit: 1 }).done;
  await mq.send(task({ task_id: 'u' }));
  await mq.work({ task_assignment: (_task, ctx) => ctx.once('step', () => 1).then(() => ({})) }, { limit: 1 })
    .done;
  await mq.send(task({ task_id: 's' }));
  await mq.work({ task_assignment: () => snooze('1h') }, { limit: 1 }).done;
  await mq.send(task({ task_id: 'v' }), { delay: '1h' });
  await mq.operations.pause({ agentId: 'coder' });
  await mq.operations.retain();
  const before = await entries(mq, 'ready');
  const diagnosis: Diagnosis = await mq.operations.diagnose();
  expect(await diagnose(mq, true)).toEqual({});
  expect(diagnosis).toMatchObject({ root: place.root });
  expect(diagnosis.files).toBeGreaterThan(5);
  expect(await entries(mq, 'ready')).toEqual(before);
  expect(await names(place.at('tmp'))).toEqual([]);
});

test('temporary files of writers that died are found, and swept', async () => {
  await using place = await site();
  const mq = await opened(place);
  await write(place.at('tmp', 'old.tmp'));
  await write(place.at('tmp', 'young.tmp'));
  await makeOlder(place.at('tmp', 'old.tmp'), 2 * HOUR_MS);
  expect(await diagnose(mq)).toEqual({
    temporary_files: expect.objectContaining({
      severity: 'warning',
      count: 1,
      mendable: true,
      mended: 0,
      evidence: [{ place: 'tmp/old.tmp', detail: 'untouched for 2h', agentId: null }],
    }),
  });
  expect(await names(place.at('tmp'))).toEqual(['old.tmp', 'young.tmp']);
  expect(await diagnose(mq, true)).toMatchObject({ temporary_files: { count: 1, mended: 1 } });
  expect(await names(place.at('tmp'))).toEqual(['young.tmp']);
  expect(await diagnose(mq)).toEqual({});
});

describe('leases', () => {
  test('of holders whose session has ended are found, and their messages returned', async () => {
    await using place = await site();
    const mq = await opened(place);
    await mq.send(task({ message_id: 'm' }));
    await mq.send(task({ message_id: 'n' }));
    const [name = ''] = await names(place.at('inbox', 'coder'));
    await rename(
      place.at('inbox', 'coder', name),
      place.at('locks', 'inbox', 'coder', name.replace('p1~', 'p1.d1~').replace('.json', '~00000000.json')),
    );
    expect(await diagnose(mq)).toMatchObject({
      orphaned_leases: { count: 1, mended: 0, evidence: [{ place: 'locks/inbox/coder', agentId: 'coder' }] },
    });
    expect(await diagnose(mq, true)).toMatchObject({ orphaned_leases: { count: 1, mended: 1 } });
    expect((await entries(mq, 'ready')).map(({ messageId }) => messageId ?? '')).toHaveLength(2);
    expect((await mq.operations.find('m'))[0]?.failures).toMatchObject([{ kind: 'lost', owner: '00000000' }]);
    expect(await diagnose(mq)).toEqual({});
  });

  test('of the living are left alone, and sessions of the dead ended', async () => {
    await using place = await site();
    const mq = await opened(place);
    await mq.send(task());
    if (process.platform === 'linux') {
      await deadOwner(place, '0000dead');
      expect(await diagnose(mq)).toMatchObject({ dead_owners: { severity: 'info', count: 1, mended: 0 } });
    }
    const held = await mq.receive().next();
    const other = await place.open('operator');
    const found = await diagnose(other, true);
    expect(found['orphaned_leases']).toBeUndefined();
    if (process.platform === 'linux') expect(found).toMatchObject({ dead_owners: { count: 1, mended: 1 } });
    await held.value?.ack();
    expect((await entries(mq, 'processed')).length).toBe(1);
  });
});

test('a session whose record was cut short, by a kill while it was written, is found once it is old', async () => {
  await using place = await site();
  const mq = await opened(place);
  const record = place.at('locks', 'owners', '0000dead.json');
  await write(record, '');
  expect(await diagnose(mq, true)).toEqual({});
  await makeOlder(record, 2 * HOUR_MS);
  expect(await diagnose(mq, true)).toMatchObject({ dead_owners: { count: 1, mended: 1 } });
  expect(await names(place.at('locks', 'owners'))).toEqual([]);
});

test('an agent with mail that nobody has ever handled anything of is found, one that is only slow is not', async () => {
  await using place = await site();
  const mq = await opened(place);
  const created_at = new Date(Date.now() - 3 * HOUR_MS).toISOString();
  await mq.registerAgent('codre');
  await mq.send(task({ assigned_to: 'codre', created_at }));
  await mq.send(task({ created_at }));
  await mq.work({ task_assignment: () => {} }, { limit: 1 }).done;
  await mq.send(task({ created_at, task_id: 'u' }));
  expect((await diagnose(mq))['never_drained']).toMatchObject({
    count: 1,
    mendable: false,
    evidence: [{ place: 'inbox/codre', detail: '1 message, the oldest sent 3h ago', agentId: 'codre' }],
  });
});

test("another writer's messages that nobody has ever handled are found too, by the times of their files", async () => {
  await using place = await site();
  const mq = await opened(place);
  await mq.registerAgent('codre');
  const path = place.at('inbox', 'codre', 'theirs.json');
  await write(path, '{}');
  expect(await diagnose(mq)).not.toHaveProperty('never_drained');
  await makeOlder(path, 3 * HOUR_MS);
  expect((await diagnose(mq))['never_drained']).toMatchObject({
    count: 1,
    evidence: [{ place: 'inbox/codre', detail: '1 message, the oldest sent 3h ago', agentId: 'codre' }],
  });
});

test('dead letters are found, and those without a reason', async () => {
  await using place = await site();
  const mq = await opened(place);
  await mq.sendMany([task({ message_id: 'm' }), task({ message_id: 'n' })]);
  await mq.work({ task_assignment: () => reject('no') }, { untilEmpty: true }).done;
  expect((await diagnose(mq))['dead_letters']).toMatchObject({
    severity: 'warning',
    count: 2,
    evidence: [{ place: 'dlq/inbox/coder', detail: '2 dead letters', agentId: 'coder' }],
  });
  const reason = (await names(place.at('dlq', 'inbox', 'coder'))).find((name) =>
    name.endsWith('.reason.json'),
  );
  await rename(place.at('dlq', 'inbox', 'coder', reason ?? ''), `${place.root}.reason`);
  expect(await diagnose(mq)).toMatchObject({ dead_letters: { count: 2 }, missing_reasons: { count: 1 } });
});

test.each([
  ['half written', '{"code":"rejected","rea', /expected JSON, found .*JSON/],
  ['empty', '', /expected a JSON object, found nothing$/],
  ['no reason', '{"hello":"world"}', /: \/\w+: expected .*, found nothing; .*; and \d+ more$/],
  ['of a newer version', '{"reason_version":"2.0"}', /reason_version "2\.0".*Upgrade it\.$/],
])('a reason that is %s is found, and its letter replayed all the same', async (_what, text, told) => {
  await using place = await site();
  const mq = await opened(place);
  await mq.sendMany([task({ message_id: 'm' }), task({ message_id: 'n' })]);
  await mq.work({ task_assignment: () => reject('no') }, { untilEmpty: true }).done;
  const letters = place.at('dlq', 'inbox', 'coder');
  const reason = (await names(letters)).find((name) => /_m_.*\.reason\.json$/.test(name)) ?? '';
  await write(place.at('dlq', 'inbox', 'coder', reason), text);
  const found = await diagnose(mq, true);
  expect(found).toMatchObject({
    dead_letters: { count: 2 },
    damaged_reasons: {
      severity: 'warning',
      count: 1,
      mendable: false,
      evidence: [
        {
          place: `dlq/inbox/coder/${reason.replace('.reason.json', '.json')}`,
          detail: expect.stringMatching(told),
          agentId: 'coder',
        },
      ],
    },
  });
  expect(found).not.toHaveProperty('missing_reasons');
  const [report] = await mq.operations.find('m');
  expect(report).toMatchObject({ reason: null, reasonFault: null, reasonDamage: expect.any(String) });
  for await (const { messageId, outcome } of mq.operations.replay({ dryRun: false, filter: { id: 'm' } }))
    expect([messageId, outcome]).toEqual(['m', 'replayed']);
  // Nothing is thrown away: what is left of it is where the reasons of what was replayed are.
  const journal = place.at('journal', 'inbox', 'coder', 'm');
  const kept = (await names(journal)).find((name) => name.startsWith('replayed~')) ?? '';
  expect(await readFile(`${journal}/${kept}`, 'utf8')).toBe(text);
  expect(await diagnose(mq)).not.toHaveProperty('damaged_reasons');
});

test('a reason that the disk does not give is told as unreadable, not as damaged', async () => {
  await using place = await site();
  const mq = await opened(place);
  await mq.send(task({ message_id: 'm' }));
  await mq.work({ task_assignment: () => reject('no') }, { untilEmpty: true }).done;
  const inner = nodeFileSystem();
  const fileSystem = {
    ...inner,
    read: async (path: string, most: number): Promise<Uint8Array> => {
      if (path.endsWith('.reason.json')) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
      return await inner.read(path, most);
    },
  };
  const other = await place.open('coder', { fileSystem });
  const found = await diagnose(other);
  expect(Object.keys(found).toSorted()).toEqual(['dead_letters', 'unreadable']);
});

test('a message in a box that the ledger has is found, wherever it is', async () => {
  await using place = await site();
  const mq = await opened(place);
  const sent = task({ message_id: 'm' });
  await mq.send(sent);
  await mq.work({ task_assignment: () => {} }, { untilEmpty: true }).done;
  await mq.send(sent);
  await mq.send(task({ message_id: 'another' }));
  expect((await diagnose(mq))['already_processed']).toMatchObject({
    count: 1,
    evidence: [{ detail: 'finished as processed/inbox/coder/w/t/m.json', agentId: 'coder' }],
  });
});

test('what has no place here is found and left where it is; what somebody may be writing is not', async () => {
  await using place = await site();
  const mq = await opened(place);
  const foreign = [
    'inbox/coder/notes.txt',
    'inbox/coder/sub',
    'inbox/A Stranger',
    'locks/inbox/coder/x.json',
    'locks/an other',
    'dlq/inbox/coder/x.json',
    'processed/inbox/coder/w/t/x.txt',
    'processed/inbox/coder/w/x.json',
    'journal/inbox/coder/m/x.json',
    'notes.md',
    'tmp/left-behind', // Counted as temporary by whoever inspects, and nobody sweeps it.
  ];
  for (const path of foreign) {
    if (path.endsWith('sub') || path.endsWith('Stranger') || path.endsWith('other'))
      await write(place.at(path, 'x.json'));
    else await write(place.at(path));
  }
  for (const old of ['inbox/coder/notes.txt', 'tmp/left-behind']) await makeOlder(place.at(old), 2 * HOUR_MS);
  await write(place.at('tmp', 'being-written'));
  await write(place.at('inbox', 'coder', '.being-written'));
  await write(place.at('inbox', 'coder', 'from-outside.json'));
  if (process.platform !== 'win32') {
    await symlink('/etc/passwd', place.at('inbox/coder/link.json'));
    foreign.push('inbox/coder/link.json');
  }
  const { foreign_files, ...others } = await diagnose(mq, true);
  expect(others).toEqual({});
  expect(foreign_files).toMatchObject({ count: foreign.length, mendable: false });
  for (const { place: path } of foreign_files?.evidence ?? []) expect(foreign).toContain(path);
  for (const path of foreign) if (!path.endsWith('link.json')) await stat(place.at(path));
  for (const name of ['inbox', 'an other']) await rm(place.at('locks', name), { recursive: true });
});

test('a file in the place of a box is told at once: no writer renames it, and its agent has no box', async () => {
  await using place = await site();
  const mq = await opened(place);
  for (const name of ['reviewer', 'message.json', '.hidden', 'unfinished.tmp', '#autosave#', 'backup~'])
    await write(place.at('inbox', name));
  const { foreign_files, ...others } = await diagnose(mq);
  expect(others).toEqual({});
  const evidence = foreign_files?.evidence.map(({ place: path, detail }) => [path, detail]);
  expect(evidence?.toSorted()).toEqual([
    ['inbox/message.json', 'a file where only boxes are'],
    ['inbox/reviewer', 'a file where only boxes are'],
  ]);
});

test('however many files are wrong, a few are named', async () => {
  await using place = await site();
  const inner = nodeFileSystem();
  const batch = Array.from(
    { length: 1_000 },
    (_, index) => ({ name: `${index}.txt`, kind: 'file' }) as const,
  );
  const mq = await opened(place, {
    fileSystem: {
      ...inner,
      async *list(path) {
        if (!path.endsWith('coder') || !path.includes('dlq')) yield* inner.list(path);
        else for (let round = 0; round < 10; round += 1) yield batch;
      },
    },
  });
  await mkdir(place.at('dlq', 'inbox', 'coder'), { recursive: true, mode: 0o700 });
  const { foreign_files } = await diagnose(mq);
  expect(foreign_files).toMatchObject({ count: 10_000 });
  expect(foreign_files?.evidence).toHaveLength(10);
});

test('an option that does not exist is refused', async () => {
  await using place = await site();
  const mq = await opened(place);
  await expect(mq.operations.diagnose({ fix: true } as object)).rejects.toMatchObject({
    code: 'ERR_INVALID_OPTION',
  });
});

test('it can be called off', async () => {
  await using place = await site();
  const mq = await opened(place);
  const reason = new Error(randomUUID());
  await expect(mq.operations.diagnose({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
