import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { all, site, task } from './support-behaviour.ts';

/** Found among sixty million: the SHA-1 of their paths begin with the same 48 bits. */
const ALIKE = ['inbox/coder/14977163.json', 'inbox/coder/41660786.json'];

test('of two files whose names have nearly the same hash, both are in an archive', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  for (const path of ALIKE) await writeFile(place.at(...path.split('/')), JSON.stringify(task()));
  const beginnings = ALIKE.map((path) => createHash('sha1').update(path).digest('hex').slice(0, 12));
  expect(new Set(beginnings).size).toBe(1);
  const files = await all(coder.store.dump({}));
  expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(ALIKE));
});
