import { FaultyFileSystem } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { openQueue } from '../src/index.ts';
import { failOnLeaks } from './support/leaks.ts';
import { counts, task } from './support/messages.ts';
import { place } from './support/place.ts';

failOnLeaks();

test('of the first messages that are sent to a box at once, one sees to the box', async () => {
  await using here = await place();
  await using before = await openQueue({ root: here.root, agent: 'coder', retention: false });
  await before.registerAgent('coder');
  const fileSystem = new FaultyFileSystem();
  await using mq = await openQueue({ root: here.root, agent: 'coder', retention: false, fileSystem });
  fileSystem.calls.length = 0;
  const all = Array.from({ length: 20 }, (_, index) => mq.send(task({ message_id: `m-${index}` })));
  await Promise.all(all);
  const made = fileSystem.calls.filter(({ verb }) => verb === 'createDirectory').map(({ path }) => path);
  expect(made.filter((path) => path.endsWith('/inbox/coder'))).toHaveLength(1);
  expect(await counts(mq)).toMatchObject({ ready: 20 });
});

test('where it cannot be seen to, each of them fails, and the next one tries again', async () => {
  await using here = await place();
  await using before = await openQueue({ root: here.root, agent: 'coder', retention: false });
  await before.registerAgent('coder');
  const fileSystem = new FaultyFileSystem();
  await using mq = await openQueue({ root: here.root, agent: 'coder', retention: false, fileSystem });
  fileSystem.fail({ verb: 'syncDirectory', path: /\/inbox$/, code: 'EIO' });
  const both = ['m-1', 'm-2'].map((message_id) => mq.send(task({ message_id })));
  expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await mq.send(task({ message_id: 'm-3' }));
  expect(await counts(mq)).toMatchObject({ ready: 1 });
});
