import { chmod, readdir, readFile, stat, utimes } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { faulty, names, site, task } from './support-behaviour.ts';

const POLICY = {
  processedMaxAge_ms: 86_400_000,
  processedMaxCount: null,
  deadMaxAge_ms: null,
  temporaryMaxAge_ms: 3_600_000,
};

test.each(['EPERM', 'EACCES'])(
  'a message in another user’s file (%s for its time) is handled and acknowledged, and kept from now on',
  async (code) => {
    await using place = await site();
    const fileSystem = faulty();
    const coder = await place.open('coder', { fileSystem });
    await coder.registerAgent('coder');
    const sent = task({ message_id: 'm' });
    await coder.send(sent);
    const [name] = await names(place.at('inbox', 'coder'));
    await utimes(place.at('inbox', 'coder', name!), 0, 0);
    const { ino: foreign } = await stat(place.at('inbox', 'coder', name!));
    fileSystem.fail({ verb: 'touch', path: '/locks/inbox/', code, times: Number.POSITIVE_INFINITY });
    let handled = 0;
    await coder.work({ task_assignment: () => void (handled += 1) }, { untilEmpty: true }).done;
    expect(handled).toBe(1);

    const ledger = place.at('processed', 'inbox', 'coder', 'w', 't', 'm.json');
    expect((await stat(ledger)).ino).not.toBe(foreign);
    expect(JSON.parse(await readFile(ledger, 'utf8'))).toMatchObject({ message_id: 'm' });
    expect(await coder.store.retain(POLICY, { dryRun: false })).toMatchObject({ processed: 0 });
    expect(await names(place.at('tmp'))).toEqual([]);
    expect((await coder.send(sent)).status).toBe('queued');
    await coder.work({ task_assignment: () => void (handled += 1) }, { untilEmpty: true }).done;
    expect(handled).toBe(1);
  },
);

test('an acknowledgement stands although the copy that is to be kept cannot be made', async () => {
  await using place = await site();
  const fileSystem = faulty();
  const coder = await place.open('coder', { fileSystem });
  await coder.registerAgent('coder');
  await coder.send(task({ message_id: 'm' }));
  fileSystem.fail({ verb: 'touch', path: '/locks/inbox/', code: 'EPERM' });
  fileSystem.fail({ verb: 'read', path: '/processed/', code: 'EIO' });
  const claimed = await coder.receive().next();
  await claimed.value!.ack();
  expect(await names(place.at('processed', 'inbox', 'coder', 'w', 't'))).toEqual(['m.json']);
});

test('with access for the group, everything made is open to the group, also under a umask that is not', async ({
  skip,
}) => {
  skip(process.platform === 'win32', 'Windows has no permission bits');
  await using place = await site();
  const coder = await place.open('coder', { access: 'group' });
  await coder.registerAgent('coder');
  await coder.send(task({ message_id: 'm' }));
  await coder.work({ task_assignment: () => {} }, { untilEmpty: true }).done;
  await coder.store.retain(POLICY, { dryRun: false });
  const closed: string[] = [];
  for (const path of ['.', ...(await readdir(place.root, { recursive: true }))]) {
    const found = await stat(place.at(path));
    const wanted = found.isDirectory() ? 0o770 : 0o660;
    if ((found.mode & wanted) !== wanted || (found.mode & 0o007) !== 0) closed.push(path);
  }
  expect(closed).toEqual([]);
});

test('whoever opens a directory that was made for a group, and does not say otherwise, keeps it open to the group', async ({
  skip,
}) => {
  skip(process.platform === 'win32', 'Windows has no permission bits');
  for (const made of ['group', 'owner'] as const) {
    await using place = await site();
    const first = await place.open('boss', { access: made });
    await first.registerAgent('coder');
    const second = await place.open('coder');
    await second.send(task({ message_id: 'm' }));
    const [name] = await names(place.at('inbox', 'coder'));
    const { mode } = await stat(place.at('inbox', 'coder', name!));
    expect(mode & 0o777).toBe(made === 'group' ? 0o660 : 0o600);
    const closed = await place.open('coder', { access: 'owner' });
    await closed.registerAgent('closed');
    expect((await stat(place.at('inbox', 'closed'))).mode & 0o777).toBe(0o700);
  }
});

test('a directory that was made by hand is nobody’s but its owner’s', async ({ skip }) => {
  skip(process.platform === 'win32', 'Windows has no permission bits');
  await using place = await site();
  await (await place.open('boss')).close();
  await chmod(place.at('layout.json'), 0o664); // As a umask of 002 leaves it.
  await chmod(place.root, 0o775);
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  expect((await stat(place.at('inbox', 'coder'))).mode & 0o777).toBe(0o700);
});
