import { array, assert, constantFrom, property, string, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { nearestName } from '../../src/nearest-name.ts';

test.each([
  ['codr', 'coder'],
  ['ocdre', 'coder'],
  ['CODER', 'coder'],
  ['coderr', 'coder'],
  ['rewiever', 'reviewer'],
  ['orchestrator-1', 'orchestrator'],
  ['banana', null],
  ['qx', null],
  ['', null],
])('%j is nearest to %j', (name, expected) => {
  expect(nearestName(name, ['tester', 'coder', 'reviewer', 'orchestrator', 'ab'])).toBe(expected);
});

test('where nobody is known nobody is near', () => {
  expect(nearestName('coder', [])).toBeNull();
});

test('of several the nearest, and of equals the first', () => {
  expect(nearestName('coder-1', ['coder-22', 'coder-2', 'coder-3'])).toBe('coder-2');
});

test('a name that is known is nearest to itself, one slip away still', () => {
  const name = string({ unit: constantFrom(...'abcdef'.split('')), minLength: 4, maxLength: 150 });
  assert(
    property(array(name), name, (others, one) => {
      expect(nearestName(one.toUpperCase(), [...others, one])?.slice(0, 100)).toBe(one.slice(0, 100));
    }),
  );
  assert(
    property(
      tuple(name, string({ unit: constantFrom('X', ''), minLength: 1, maxLength: 1 })),
      ([one, insert]) => {
        expect(nearestName(one.slice(0, 2) + insert + one.slice(2), [one])).toBe(one);
        expect(nearestName(one.slice(0, 2) + one.slice(3), [one])).toBe(one);
      },
    ),
  );
});

test('only a known name is ever named', () => {
  const name = string({ unit: 'binary', maxLength: 12 });
  assert(
    property(name, array(name), (one, known) => {
      const nearest = nearestName(one, known);
      expect(nearest === null || known.includes(nearest)).toBe(true);
    }),
  );
});
