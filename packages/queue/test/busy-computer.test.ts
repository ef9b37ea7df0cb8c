import { FaultyFileSystem } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { site, stillClock, task } from './support-behaviour.ts';

test('one slow listing of a small box, on a busy computer, keeps nobody waiting for the next message', async () => {
  await using place = await site();
  const { clock, lease } = stillClock();
  const fileSystem = new FaultyFileSystem();
  const coder = await place.open('coder', { clock, lease, fileSystem });
  await coder.registerAgent('coder');
  const box = coder.store.openBox({ kind: 'inbox', agentId: 'coder' });
  expect((await box.claim()).kind).toBe('empty');
  let slow = true;
  fileSystem.onCall = ({ verb }) => {
    if (verb === 'list' && slow) clock.freeze(300);
  };
  box.refresh();
  expect((await box.claim()).kind).toBe('empty');
  slow = false;
  await coder.send(task());
  box.refresh();
  const result = await box.claim();
  if (result.kind === 'empty') throw new Error('The message was not found.');
  await coder.store.release(result.claimed, { readyAt_ms: null, counts: 'release' });
});
