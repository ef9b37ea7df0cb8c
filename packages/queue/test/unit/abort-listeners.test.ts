import { expect, test } from 'vitest';
import { offAbort, onAbort } from '../../src/delivery/abort-listeners.ts';

test('of any number that wait for one signal, each is called once, and none that waits no more', () => {
  const controller = new AbortController();
  const called: string[] = [];
  const first = onAbort(controller.signal, () => called.push('first'));
  const second = onAbort(controller.signal, () => {
    called.push('second');
    offAbort(controller.signal, second);
  });
  onAbort(controller.signal, () => called.push('third'));
  offAbort(controller.signal, first);
  controller.abort();
  controller.abort();
  expect(called.toSorted()).toEqual(['second', 'third']);
});
