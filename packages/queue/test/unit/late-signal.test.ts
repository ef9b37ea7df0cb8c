import { expect, test } from 'vitest';
import { LateSignal } from '../../src/delivery/late-signal.ts';

test('a signal that is asked for before the end is aborted with it', () => {
  const late = new LateSignal();
  const { signal } = late;
  expect([signal.aborted, late.isAborted, late.signal === signal]).toEqual([false, false, true]);
  const reason = new Error('over');
  late.abort(() => reason);
  expect([signal.aborted, late.isAborted, signal.reason]).toEqual([true, true, reason]);
});

test('one that is asked for after the end is aborted already, with the reason of the first end; nobody else asks for it', () => {
  const late = new LateSignal();
  let asked = 0;
  late.abort(() => {
    asked += 1;
    return 'first';
  });
  late.abort(() => 'second');
  expect([late.isAborted, asked]).toEqual([true, 0]);
  expect([late.signal.aborted, late.signal.reason, asked]).toEqual([true, 'first', 1]);
  expect([late.signal.reason, asked]).toEqual(['first', 1]);
});
