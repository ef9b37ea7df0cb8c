import { expect, test } from 'vitest';
import { onceForFrozen } from '../src/once-for-frozen.ts';

test('what is made of frozen options is made once, of others each time', () => {
  let made = 0;
  const settingsOf = onceForFrozen(({ size }: { size: number }) => {
    made += 1;
    return { size };
  });
  const options = { size: 1 };
  expect(settingsOf(options)).toEqual({ size: 1 });
  options.size = 2;
  expect(settingsOf(options)).toEqual({ size: 2 });
  expect(made).toBe(2);
  const frozen = Object.freeze({ size: 3 });
  expect(settingsOf(frozen)).toBe(settingsOf(frozen));
  expect(made).toBe(3);
});

test('what cannot be made of frozen options is refused each time', () => {
  const settingsOf = onceForFrozen(({ size }: { size: number }) => {
    if (size < 0) throw new RangeError('size');
    return { size };
  });
  const frozen = Object.freeze({ size: -1 });
  expect(() => settingsOf(frozen)).toThrow(RangeError);
  expect(() => settingsOf(frozen)).toThrow(RangeError);
});
