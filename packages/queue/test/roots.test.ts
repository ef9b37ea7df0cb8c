import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { openQueue, type QueueError } from '../src/index.ts';
import { faulty, messages, names, site, task } from './support-behaviour.ts';

test('a root that is a file, or in a file, or holds other things, is refused and left as it is', async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'file');
  await writeFile(file, 'precious');
  const code = 'ERR_NOT_A_MESSAGES_DIRECTORY';
  await expect(openQueue({ root: file })).rejects.toMatchObject({ code, path: file });
  await expect(openQueue({ root: `${file}/messages` })).rejects.toMatchObject({ code });
  await expect(openQueue({ root: directory.path })).rejects.toMatchObject({ code });
  await expect(openQueue({ root: `${directory.path}/none`, create: false })).rejects.toThrow(/tapps-mq init/);
  expect(await readFile(file, 'utf8')).toBe('precious');
  expect(await readdir(directory.path)).toEqual(['file']);
});

test('an empty directory, and one whose version file is missing, are completed', async () => {
  await using directory = await temporaryDirectory();
  await (await openQueue({ root: directory.path })).close();
  const complete = await names(directory.path);
  expect(complete).toEqual(
    expect.arrayContaining(['.gitignore', 'dlq', 'inbox', 'layout.json', 'locks', 'outbox']),
  );
  await using other = await temporaryDirectory();
  await mkdir(`${other.path}/inbox/coder`, { recursive: true });
  await using mq = await openQueue({ root: other.path });
  expect(await mq.agents()).toEqual(['coder']);
  expect(await names(other.path)).toEqual(complete);
});

test('a .gitignore that was left empty is written, and one that somebody wrote stays', async () => {
  for (const [found, expected] of [
    ['', '*\n'],
    ['*.json\n', '*.json\n'],
  ] as const) {
    await using directory = await temporaryDirectory();
    await mkdir(`${directory.path}/inbox`);
    await writeFile(`${directory.path}/.gitignore`, found);
    await (await openQueue({ root: directory.path })).close();
    expect(await readFile(`${directory.path}/.gitignore`, 'utf8')).toBe(expected);
  }
});

test('many processes that open a new root at the same time all get it', async () => {
  await using directory = await temporaryDirectory();
  const root = `${directory.path}/deep/down/messages`;
  const queues = await Promise.all(
    Array.from({ length: 8 }, (_, index) => openQueue({ root, agent: `a${index}` })),
  );
  await Promise.all(queues.map((queue) => queue.registerAgent(queue.agent)));
  expect(await queues[0]!.agents()).toHaveLength(8);
  await Promise.all(queues.map((queue) => queue.close()));
});

test.each([
  ['{"layout": 2}', 'ERR_LAYOUT_TOO_NEW', /layout 2.*Upgrade/],
  ['{"layout": "1"}', 'ERR_NOT_A_MESSAGES_DIRECTORY', /does not say which layout/],
  ['{"name": "another program"}', 'ERR_NOT_A_MESSAGES_DIRECTORY', /does not say which layout/],
])('a root whose version file holds %s is refused', async (content, code, message) => {
  await using place = await site();
  await (await place.open('coder')).close();
  await writeFile(place.at('layout.json'), content);
  const before = await readdir(place.root, { recursive: true });
  const error = await openQueue({ root: place.root }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  expect(await readdir(place.root, { recursive: true })).toEqual(before);
});

test.each(['', '{"layout": 1, "crea', '\0\0\0\0'])(
  'a version file that was cut short to %j is repaired by whoever may create, and refused by whoever may not',
  async (content) => {
    await using place = await site();
    await (await place.open('coder')).registerAgent('coder');
    await writeFile(place.at('layout.json'), content);
    const code = 'ERR_NOT_A_MESSAGES_DIRECTORY';
    await expect(openQueue({ root: place.root, create: false })).rejects.toMatchObject({ code });
    expect(await readFile(place.at('layout.json'), 'utf8')).toBe(content);
    expect(await (await place.open('other')).agents()).toEqual(['coder']);
    expect(JSON.parse(await readFile(place.at('layout.json'), 'utf8'))).toMatchObject({ layout: 1 });
  },
);

test('an empty layout.json among the files of others, or alone, makes no messages directory of theirs', async () => {
  for (const found of [['layout.json'], ['layout.json', 'index.html']]) {
    await using directory = await temporaryDirectory();
    for (const name of found) await writeFile(`${directory.path}/${name}`, '');
    await expect(openQueue({ root: directory.path })).rejects.toMatchObject({
      code: 'ERR_NOT_A_MESSAGES_DIRECTORY',
    });
    expect(await readdir(directory.path)).toEqual(found.toSorted());
  }
});

test('who opens a root while another one makes it never sees a part of its version', async () => {
  await using place = await site();
  const fileSystem = faulty();
  const opened: string[] = [];
  fileSystem.onCall = async ({ verb, path, to }) => {
    if (!['create', 'write', 'sync', 'close', 'rename'].includes(verb) || opened.length > 20) return;
    if (!(to ?? path).includes('layout.json') && !path.includes('/tmp/')) return;
    opened.push(verb);
    await (await place.open('second')).close();
  };
  await place.open('first', { fileSystem });
  expect(opened).toEqual(expect.arrayContaining(['create', 'write', 'sync', 'close', 'rename']));
});

test('a long name’s record that is empty, cut short or no record at all counts as missing, and is written again', async () => {
  await using place = await site();
  const mq = await place.open('boss');
  const long = 'agent-with-a-very-long-name-of-more-than-28';
  for (const content of ['', '{"agent_id": "agent-wi', '[]', 'x'.repeat(20_000)]) {
    await mq.registerAgent(long);
    expect(await mq.agents()).toEqual([long]);
    for (const kind of ['inbox', 'outbox']) {
      const [segment] = await names(place.at(kind));
      await writeFile(place.at(kind, segment!, '.agent.json'), content);
    }
    expect(await mq.agents()).toEqual([]);
  }
  await mq.registerAgent(long);
  expect(await mq.agents()).toEqual([long]);
});

test.each(['EROFS', 'EACCES'])(
  'a root that cannot be written (%s) is refused, with the cause and what to do',
  async (code) => {
    await using directory = await temporaryDirectory();
    const fileSystem = faulty();
    fileSystem.fail({ verb: 'createDirectory', code, times: 99 });
    const error = await openQueue({ root: `${directory.path}/messages`, fileSystem }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ name: 'QueueError', code: 'ERR_ROOT_UNUSABLE' });
    expect((error as QueueError).message).toMatch(/Make the directory writable/);
    expect((error as QueueError).cause).toBeDefined();
    expect(await readdir(directory.path)).toEqual([]);
  },
);

test('a messages directory on a file system that became read-only can still be read, and says why it cannot be written', async () => {
  await using place = await site();
  const writer = await place.open('coder');
  await writer.registerAgent('coder');
  await writer.send(task());
  const fileSystem = faulty();
  for (const verb of ['create', 'rename', 'createDirectory', 'remove', 'touch'] as const)
    fileSystem.fail({ verb, code: 'EROFS', times: Number.POSITIVE_INFINITY });
  const reader = await place.open('coder', { fileSystem });
  const { boxes } = await reader.operations.inspect();
  expect(boxes[0]).toMatchObject({ ready: 1 });
  await expect(reader.send(task())).rejects.toThrow(/read-only|EROFS/);
  await expect(reader.operations.pause()).rejects.toThrow(/read-only|EROFS/);
  await reader.close();
});

test('a root that may not be listed is refused, not taken for an empty one', async () => {
  await using place = await site();
  const fileSystem = faulty();
  fileSystem.fail({ verb: 'list', code: 'EACCES' });
  await expect(openQueue({ root: place.root, fileSystem })).rejects.toMatchObject({
    code: 'ERR_ROOT_UNUSABLE',
  });
});

test('a root may be relative and end in a slash, and stays the same directory when the process moves', async () => {
  await using place = await site();
  await using elsewhere = await temporaryDirectory();
  const root = `./${basename(place.root)}/../${basename(place.root)}/`;
  const before = process.cwd();
  process.chdir(dirname(place.root));
  await using mq = await openQueue({ root, agent: 'coder' }).finally(() => process.chdir(before));
  try {
    process.chdir(elsewhere.path);
    await mq.registerAgent('coder');
    await mq.send(task());
  } finally {
    process.chdir(before);
  }
  await mq.work({ task_assignment: () => {} }, { untilEmpty: true }).done;
  expect(await messages(mq, 'ready', 'outbox')).toHaveLength(1);
  expect(await names(place.at('inbox'))).toEqual(['coder']);
  expect(await names(elsewhere.path)).toEqual([]);
});
