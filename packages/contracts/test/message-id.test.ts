import { beforeAll, expect, test, vi } from 'vitest';

/** Of a module of its own: ids never go back in a process, and one of another test may be of a time to come. */
let newMessageId: (now_ms?: number) => string;
beforeAll(async () => {
  vi.resetModules();
  ({ newMessageId } = await import('../src/index.ts'));
});

const timeOf = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);

test('is a UUID of version 7 that starts with the time', () => {
  const now_ms = Date.now();
  const id = newMessageId(now_ms);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(timeOf(id)).toBe(now_ms);
});

test('ascends within a millisecond and when the clock steps back', () => {
  const now_ms = Date.now() + 1000;
  const made = Array.from({ length: 10_000 }, (_, index) => newMessageId(now_ms - (index % 3)));
  expect(made).toEqual([...made].sort());
  expect(new Set(made).size).toBe(made.length);
  expect(timeOf(made.at(-1)!)).toBe(now_ms);
});

test('is random in what is neither time nor counter', () => {
  const tails = Array.from({ length: 1000 }, () => newMessageId().slice(-10));
  expect(new Set(tails).size).toBe(tails.length);
});

test.each([Number.NaN, -1, 2 ** 48, Infinity])('a time of %d is refused', (now_ms) => {
  expect(() => newMessageId(now_ms)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_DEFINITION' }));
});
