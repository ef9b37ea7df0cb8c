import { chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { nodeFileSystem, systemClock, type FileSystem } from '@tapps-agents/fs-atomic';
import { describe, expect, test } from 'vitest';
import { reject, type Finding, type FindingCode } from '../src/index.ts';
import { faulty, names, site, task, type Site } from './support-behaviour.ts';
import { diagnose, HOUR_MS, makeOlder, opened, write } from './support/diagnose.ts';

async function withChanges(place: Site, changes: Partial<FileSystem>): Promise<Record<string, Finding>> {
  const mq = await opened(place, { fileSystem: { ...nodeFileSystem(), ...changes } });
  const { findings } = await mq.operations.diagnose();
  return Object.fromEntries(findings.map((finding) => [finding.code, finding]));
}

test('a temporary file that cannot be removed does not leave untold that the others were', async () => {
  await using place = await site();
  const inner = nodeFileSystem();
  const mq = await opened(place, {
    fileSystem: {
      ...inner,
      remove: async (path) => {
        if (path.endsWith('stuck.tmp')) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
        await inner.remove(path);
      },
    },
  });
  for (const name of ['a.tmp', 'stuck.tmp', 'z.tmp']) {
    await write(place.at('tmp', name));
    await makeOlder(place.at('tmp', name), 2 * HOUR_MS);
  }
  expect(await diagnose(mq, true)).toMatchObject({
    temporary_files: { count: 3, mended: 2 },
    unreadable: { evidence: [{ place: 'tmp/stuck.tmp', detail: expect.stringMatching(/EIO/) }] },
  });
  expect(await names(place.at('tmp'))).toEqual(['stuck.tmp']);
});

describe.skipIf(process.platform === 'win32')('permissions [Windows has no such bits]', () => {
  test('that let others in are found, and closed; a message’s bytes stay', async () => {
    await using place = await site();
    const mq = await opened(place);
    await mq.send(task());
    const [name = ''] = await names(place.at('inbox', 'coder'));
    await chmod(place.at('inbox', 'coder', name), 0o644);
    await chmod(place.at('inbox', 'coder'), 0o755);
    await chmod(place.root, 0o750);
    expect((await diagnose(mq))['unsafe_permissions']).toMatchObject({
      severity: 'warning',
      count: 3,
      mended: 0,
      evidence: expect.arrayContaining([{ place: '.', detail: '0750 instead of 0700', agentId: null }]),
    });
    await chmod(place.at('inbox', 'coder', name), 0o666);
    expect(await diagnose(mq, true)).toMatchObject({
      unsafe_permissions: { severity: 'error', count: 3, mended: 3 },
    });
    expect((await stat(place.at('inbox', 'coder', name))).mode & 0o777).toBe(0o600);
    expect((await stat(place.root)).mode & 0o777).toBe(0o700);
    expect(await diagnose(mq)).toEqual({});
  });

  test('of files that are not the queue’s are left as they are', async () => {
    await using place = await site();
    const mq = await opened(place);
    await mq.send(task());
    const strangers = ['inbox/coder/README.txt', 'inbox/coder/dir.json', 'notes', 'notes/x.json'];
    for (const path of strangers) {
      if (path.endsWith('x.json') || path.endsWith('.txt')) await writeFile(place.at(path), 'x');
      else await mkdir(place.at(path));
      await chmod(place.at(path), 0o755);
    }
    const found = await diagnose(mq, true);
    expect(Object.keys(found)).toEqual(['foreign_files']);
    expect(found['foreign_files']?.evidence.map(({ place: at }) => at).toSorted()).toEqual(
      strangers.slice(0, 3).toSorted(),
    );
    for (const path of strangers) expect((await stat(place.at(path))).mode & 0o777).toBe(0o755);
  });

  test('of a root that a group shares may be the group’s, and not everybody’s', async () => {
    await using place = await site();
    const mq = await opened(place, { access: 'group' });
    await mq.send(task());
    expect(await diagnose(mq)).toEqual({});
    expect(await diagnose(await place.open('operator'))).toEqual({});
    await chmod(place.at('inbox', 'coder'), 0o777);
    expect(await diagnose(await place.open('operator'), true)).toMatchObject({
      unsafe_permissions: { severity: 'error', count: 1, mended: 1 },
    });
    expect((await stat(place.at('inbox', 'coder'))).mode & 0o777).toBe(0o770);
  });

  test('that cannot be changed are found, and said to be neither mended nor unread', async () => {
    await using place = await site();
    const fileSystem = faulty();
    const mq = await opened(place, { fileSystem });
    await chmod(place.at('inbox'), 0o755);
    fileSystem.fail({ verb: 'changeMode', code: 'EPERM' });
    const found = await diagnose(mq, true);
    expect(found['unsafe_permissions']).toMatchObject({ count: 1, mended: 0 });
    expect(found).not.toHaveProperty('unreadable');
  });
});

describe('the disk', () => {
  const space = { freeBytes: 2 ** 40, totalBytes: 2 ** 41, freeInodes: 1_000_000 };

  test.each<[FindingCode, string, Partial<typeof space> & { typeId?: number }]>([
    ['low_space', 'warning', { freeBytes: 2 ** 27 }],
    ['low_space', 'error', { freeBytes: 0 }],
    ['low_inodes', 'warning', { freeInodes: 9_000 }],
    ['low_inodes', 'error', { freeInodes: 10 }],
    ['network_file_system', 'warning', { typeId: 0x6969 }],
    ['network_file_system', 'warning', { typeId: 0xff534d42 - 2 ** 32 }],
    ['renames_in_steps', 'warning', { typeId: 0x2011bab0 }],
    ['renames_in_steps', 'warning', { typeId: 0x65735546 }],
  ])('%s (%s)', async (code, severity, change) => {
    await using place = await site();
    const found = await withChanges(place, { space: () => ({ ...space, ...change }) });
    // The test's own disk may be one that does not tell upper from lower case.
    expect(Object.keys(found).filter((each) => each !== 'case_insensitive')).toEqual([code]);
    expect(found[code]).toMatchObject({ severity, count: 1, mendable: false, mended: 0 });
  });

  test('one that has no number of inodes, and is no network’s, is fine', async () => {
    await using place = await site();
    const found = await withChanges(place, {
      space: () => ({ ...space, freeInodes: null, typeId: 0xef53 }),
    });
    expect(Object.keys(found).filter((each) => each !== 'case_insensitive')).toEqual([]);
  });

  test('one that does not tell upper from lower case is good to know of', async () => {
    await using place = await site();
    const inner = nodeFileSystem();
    const found = await withChanges(place, {
      space: () => space,
      status: (path) => inner.status(path.replace('LAYOUT.JSON', 'layout.json')),
    });
    expect(Object.keys(found)).toEqual(['case_insensitive']);
    expect(found['case_insensitive']).toMatchObject({ severity: 'info' });
  });

  test('whose clock differs from ours is found, and ages go by its clock', async () => {
    await using place = await site();
    const clock = { ...systemClock, now: () => Date.now() + 3 * HOUR_MS, monotonic: () => performance.now() };
    const mq = await place.open('coder', {
      clock: Object.assign(Object.create(systemClock), clock) as typeof systemClock,
    });
    await write(place.at('tmp', 'young.tmp'));
    expect(await diagnose(mq)).toMatchObject({
      clock_skew: { severity: 'warning', evidence: [{ detail: "its clock is 3h behind this computer's" }] },
    });
    expect((await diagnose(mq))['temporary_files']).toBeUndefined();
  });

  test('that cannot be written is found, and what cannot be read; the rest is looked at all the same', async () => {
    await using place = await site();
    const fileSystem = faulty();
    const mq = await opened(place, { fileSystem });
    await mq.send(task());
    await mq.work({ task_assignment: () => reject('no') }, { untilEmpty: true }).done;
    fileSystem.fail({ verb: 'create', path: '/tmp/doctor-', code: 'EROFS' });
    fileSystem.fail({ verb: 'list', path: /inbox.coder$/, code: 'EACCES', times: Number.POSITIVE_INFINITY });
    expect(Object.keys(await diagnose(mq))).toEqual(expect.arrayContaining(['not_writable', 'unreadable']));
  });

  test('without tmp/ can be written all the same, and looking makes none', async () => {
    await using place = await site();
    const mq = await opened(place);
    await rm(place.at('tmp'), { recursive: true });
    const before = await names(place.root);
    expect(await diagnose(mq)).toEqual({});
    expect(await names(place.root)).toEqual(before);
  });
});
