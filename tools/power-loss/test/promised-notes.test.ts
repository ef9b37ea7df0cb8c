import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { FsAtomicError } from '@tapps-agents/fs-atomic';
import { temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { SettledInDoubt } from '@tapps-agents/queue';
import { expect, test } from 'vitest';
import { Notebook } from '../src/notes.ts';
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
