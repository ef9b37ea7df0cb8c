import { expect, test } from 'vitest';
import { sharedMutex, type Turns } from '../src/shared-mutex.ts';

test('the mutex: notices processes that had no turns, or fewer than they asked for', () => {
  expect(sharedMutex([turns(1, 4), turns(2, 3)], 2)).toBe('holds');
  expect(() => sharedMutex([turns(), turns()], 2)).toThrow('was had 0 times instead of 4');
  expect(() => sharedMutex([turns(1, 3), turns(2)], 2)).toThrow('was had 3 times instead of 4');
  expect(() => sharedMutex([turns(1, 3), turns(2, 3)], 2)).toThrow('A generation came twice or never');
  expect(() => sharedMutex([{ generations: [1, 2], alone: false }], 2)).toThrow('Two were inside at once');
});

function turns(...generations: number[]): Turns {
  return { generations, alone: true };
}
