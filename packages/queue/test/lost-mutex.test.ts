import { readdir, unlink, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { names, site } from './support-behaviour.ts';
import { diagnose, opened } from './support/diagnose.ts';

test('a mutex whose token is lost: retention says so, doctor finds it, mending lets retention run again', async () => {
  await using place = await site();
  const mq = await opened(place);
  expect(await mq.operations.retain()).not.toBeNull();
  const directory = place.at('locks', 'mutexes', 'retention');
  for (const name of await readdir(directory)) await unlink(place.at('locks', 'mutexes', 'retention', name));
  await expect(mq.operations.retain()).rejects.toMatchObject({ code: 'ERR_MUTEX_BROKEN', path: directory });
  expect(await diagnose(mq)).toMatchObject({
    lost_mutex_tokens: {
      severity: 'error',
      count: 1,
      mended: 0,
      mendable: process.platform !== 'win32',
      evidence: [{ place: 'locks/mutexes/retention', detail: 'its directory is empty' }],
    },
  });
  expect(await names(directory)).toEqual([]);
  const { lost_mutex_tokens: mended } = await diagnose(mq, true);
  if (process.platform === 'win32') return expect(mended).toMatchObject({ mended: 0 });
  expect(mended).toMatchObject({ mended: 1 });
  expect(await diagnose(mq)).toEqual({});
  expect(await mq.operations.retain()).not.toBeNull();
});

test('a mutex whose directory holds another file is not said to be mendable, and it is said what to do', async () => {
  await using place = await site();
  const mq = await opened(place);
  await mq.operations.retain();
  const directory = place.at('locks', 'mutexes', 'retention');
  for (const name of await readdir(directory)) await unlink(place.at('locks', 'mutexes', 'retention', name));
  await writeFile(place.at('locks', 'mutexes', 'retention', 'notes.txt'), '');
  for (const mend of [false, true]) {
    const { lost_mutex_tokens: found } = await diagnose(mq, mend);
    expect(found).toMatchObject({
      count: 1,
      mendable: false,
      mended: 0,
      text: expect.stringContaining('remove the directory'),
      evidence: [{ detail: 'its directory holds 1 other file' }],
    });
  }
  expect(await names(directory)).toEqual(['notes.txt']);
});
