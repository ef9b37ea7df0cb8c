import { expect, test } from 'vitest';
import { encodeSegment } from '../../src/file-store/segment.ts';
import { boxInDirectory, knownPath } from '../../src/file-store/transfer/known-path.ts';

const HASH = '0123456789abc';
const LONG = 'agent-with-a-very-long-name-of-more-than-28';

test.each([
  `inbox/${encodeSegment(LONG, 'agent')}/x.json`,
  `inbox/${encodeSegment('Ä'.repeat(40), 'agent')}/x.json`,
  `processed/inbox/coder/${encodeSegment('w'.repeat(99), 'workflow')}/${encodeSegment('con', 'task')}/m.json`,
  'processed/inbox/coder/any%h/any%h/m.json', // Of a writer whose records have nothing but the id.
  `journal/inbox/coder/unidentified%h${HASH}/failure~d1~0a1b2c.json`,
])('what the queue itself names has its place: %s', (path) => {
  expect(knownPath(path)).toMatchObject({ target: path });
});

test.each([
  ['a device of Windows', `aux.%h${HASH}`],
  ['a device of Windows', `con%h${HASH}`],
  ['a dot at the end', 'a%h.'],
  ['no hash', 'a%h'],
  ['a hash that is cut', 'a%h0123'],
  ['what nobody encodes', `a%h${HASH}-b`],
  ['more than 28 characters', `${'a'.repeat(14)}%h${HASH}`],
  ['the ledger’s own name for any', 'any%h'],
])('what only looks like a shortened agent has no place: %s', (_what, segment) => {
  expect(knownPath(`inbox/${segment}/x.json`)).toBeNull();
  expect(knownPath(`dlq/inbox/${segment}/20260109T123015_000Z_m_t~p1~0a1b2c.json`)).toBeNull();
  expect(boxInDirectory(`inbox/${segment}/`)).toBeNull();
});

test('each kind of segment has its own limit', () => {
  const segment = `${'a'.repeat(21)}%h${HASH}`;
  expect(segment).toHaveLength(36);
  expect(knownPath(`processed/inbox/coder/${segment}/${segment}/m.json`)).not.toBeNull();
  expect(knownPath(`processed/inbox/${segment}/w/t/m.json`)).toBeNull();
  expect(knownPath(`processed/inbox/coder/a${segment}/t/m.json`)).toBeNull();
});
