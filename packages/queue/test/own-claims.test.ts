import { EventEmitter, once } from 'node:events';
import { nodeFileSystem, type FileSystem } from '@tapps-agents/fs-atomic';
import { expect, test } from 'vitest';
import { openQueue } from '../src/index.ts';
import { failOnLeaks } from './support/leaks.ts';
import { task } from './support/messages.ts';
import { listed, place } from './support/place.ts';

failOnLeaks();

const BOX = { kind: 'inbox', agentId: 'coder' } as const;

/** The file system, and each name that its watches tell, in order. */
function overheard(heard: (name: string | undefined) => void): FileSystem {
  const inner = nodeFileSystem();
  return {
    ...inner,
    watch: (path, changed, failed) =>
      inner.watch(
        path,
        (name) => {
          heard(name);
          changed(name);
        },
        failed,
      ),
  };
}

test('what a consumer claims is no hint to list the box anew; what is sent is', async ({ skip }) => {
  skip(
    process.platform !== 'linux',
    'elsewhere a watch may tell of one change as several, or of several as one',
  );
  await using here = await place();
  const names: (string | undefined)[] = [];
  const told = new EventEmitter();
  const heard = once(told, 'sent');
  const fileSystem = overheard((name) => {
    names.push(name);
    if (name?.includes('_sent-later_') === true) told.emit('sent');
  });
  await using queue = await openQueue({ root: here.root, agent: 'coder', retention: false, fileSystem });
  await queue.registerAgent('coder');
  await queue.sendMany([task({ message_id: 'm1' }), task({ message_id: 'm2' })]);
  const ready = listed(`${here.root}/inbox/coder`);
  const reader = queue.store.openBox(BOX);
  const hints: number[] = [];
  const stop = queue.store.watch(BOX, () => hints.push(names.length));
  try {
    for (let count = 0; count < 2; count += 1) expect((await reader.claim()).kind).toBe('claimed');
    await queue.send(task({ message_id: 'sent-later' }));
    await heard;
    // Both claims were heard of, in any number of events, and only the last event, of the new message, was passed on.
    for (const name of ready) expect(names).toContain(name);
    expect(hints).toEqual([names.length]);
  } finally {
    stop?.();
  }
});
