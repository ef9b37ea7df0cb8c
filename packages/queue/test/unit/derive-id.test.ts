import { array, assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { deriveMessageId } from '../../src/sending/derive-id.ts';

test('an id follows from its parts for ever', () => {
  // Made by another program: a message that is sent again after an upgrade must get the id that it had before.
  expect(deriveMessageId('a', 'b')).toBe('0473ef2d-c0d3-84ab-a59d-3580c1134e9d');
});

test('equal parts give the same UUID of version 8, other parts another', () => {
  const parts = array(string({ unit: 'binary' }), { maxLength: 4 });
  assert(
    property(parts, parts, (a, b) => {
      const [first, second] = [deriveMessageId(...a), deriveMessageId(...b)];
      expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(first === second).toBe(JSON.stringify(a) === JSON.stringify(b));
      expect(deriveMessageId(...a)).toBe(first);
    }),
  );
});

test('where one part ends matters', () => {
  const ids = [['ab'], ['a', 'b'], ['a,b'], ['a', '', 'b'], ['a","b'], ['', 'ab'], []].map((parts) =>
    deriveMessageId(...parts),
  );
  expect(new Set(ids).size).toBe(ids.length);
});
