import { expect, test } from 'vitest';
import { offAbort, onAbort } from '../../src/delivery/abort-listeners.ts';

test('of any number that wait for one signal, each is called once, and none that waits no more', () => {
  const controller = new AbortController();
  const called: string[] = [];
  const first = (): void => void called.push('first');
  const second = (): void => {
    called.push('second');
    offAbort(controller.signal, second);
  };
  const third = (): void => void called.push('third');
  onAbort(controller.signal, first);
  onAbort(controller.signal, second);
  onAbort(controller.signal, third);
  offAbort(controller.signal, first);
  controller.abort();
  controller.abort();
  expect(called).toEqual(['second', 'third']);
});
