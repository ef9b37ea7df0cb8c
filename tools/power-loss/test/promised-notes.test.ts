import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { FsAtomicError } from '@tapps-agents/fs-atomic';
import { temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { SettledInDoubt, type Box, type Delivery } from '@tapps-agents/queue';
import { expect, test } from 'vitest';
import { receive } from '../src/consumers.ts';
import { behaviourOf } from '../src/handler.ts';
import { Notebook } from '../src/notes.ts';
import { plannedMessage } from '../src/planned-message.ts';
import { PromisedNotes } from '../src/promised-notes.ts';

test('what is told in one turn with a doubt is no promise; what comes before and after is', async () => {
  await using place = await temporaryDirectory();
  const path = join(place.path, 'notes');
  const notebook = new Notebook(path);
  const promised = new PromisedNotes(notebook);
  promised.add({ what: 'acked', key: 'before' });
  promised.failed(new Error('Something else.'));
  await setImmediate();
  promised.add({ what: 'acked', key: 'in doubt' });
  const failure = new FsAtomicError('ERR_SYNC_FAILED', 'The disk did not confirm it.', { path: '/m' });
  promised.failed(new SettledInDoubt('It is finished.', failure, { entryId: 'm', path: '/m' }));
  await setImmediate();
  promised.add({ what: 'acked', key: 'after' });
  await setImmediate();
  notebook.close();
  expect(readFileSync(path, 'utf8').match(/"key":"[^"]+"/g)).toEqual(['"key":"before"', '"key":"after"']);
});

test('of deliveries by hand that fail one after the other each doubt is heard', async () => {
  await using place = await temporaryDirectory();
  const path = join(place.path, 'notes');
  const notebook = new Notebook(path);
  const promised = new PromisedNotes(notebook);
  const failure = new FsAtomicError('ERR_SYNC_FAILED', 'The disk did not confirm it.', { path: '/m' });
  const settlings = [
    () => Promise.reject(new Error('EIO')),
    async () => {
      for (let turn = 0; turn < 3; turn += 1) await setImmediate();
      promised.add({ what: 'acked', key: 'in doubt' });
      throw new SettledInDoubt('It is finished.', failure, { entryId: 'm', path: '/m' });
    },
  ];
  const messages = Array.from({ length: 100 }, (_, number) => plannedMessage(`m-0-${number}`));
  const message = messages.find((planned) => behaviourOf(planned) === 'finish');
  const box: Box = { kind: 'inbox', agentId: 'tester' };
  async function* deliveries(): AsyncGenerator<Delivery> {
    for (const ack of settlings) {
      const delivery: Partial<Delivery> = { box, run: 0, ack, ...(message !== undefined && { message }) };
      yield delivery as Delivery;
    }
  }
  const queue = { receive: deliveries };
  await expect(receive(queue, notebook, promised)).rejects.toThrow('EIO');
  for (let turn = 0; turn < 6; turn += 1) await setImmediate();
  notebook.close();
  expect(readFileSync(path, 'utf8')).not.toContain('in doubt');
});
