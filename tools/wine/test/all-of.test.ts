import { EventEmitter, once } from 'node:events';
import { expect, test } from 'vitest';
import { allOf } from '../src/all-of.ts';

test('where one fails, the others have ended before that is told', async () => {
  const ended: string[] = [];
  const events = new EventEmitter();
  const slow = once(events, 'end').then(() => ended.push('slow'));
  const all = allOf([Promise.reject(new Error('no')), slow]).catch((error: unknown) =>
    ended.push(String(error)),
  );
  // Long enough for a failure that does not wait.
  await new Promise(setImmediate);
  expect(ended).toEqual([]);
  events.emit('end');
  await all;
  expect(ended).toEqual(['slow', 'Error: no']);
});

test('where none fails, it gives what each gave, in their order', async () => {
  expect(await allOf([Promise.resolve(1), 'two', Promise.resolve([3])])).toEqual([1, 'two', [3]]);
});
