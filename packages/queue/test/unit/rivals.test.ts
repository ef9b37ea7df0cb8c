import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { formatLeased, formatReady, newName } from '../../src/file-store/names.ts';
import { newNonce } from '../../src/file-store/nonce.ts';
import { Rivals, type Share } from '../../src/file-store/rivals.ts';

const OWNERS = ['aaaaaaaa', 'bbbbbbbb', '0123uvab', 'cccccccc'];
const NAMES = Array.from({ length: 1_000 }, () => ready());

function ready(): string {
  return formatReady(newName({ id: 'm', type: 't', createdAt_ms: 0, priority: 'medium' }));
}

function lease(owner: string): string {
  const name = newName({ id: newNonce(), type: 't', createdAt_ms: 0, priority: 'medium' });
  return formatLeased(name, owner);
}

function shareOf(own: string, owners: readonly string[], clock = new ManualClock()): Share {
  const rivals = new Rivals(clock);
  rivals.see(owners.map(lease), own);
  const share = rivals.shareOf(own);
  if (share === null) throw new Error('there are rivals');
  return share;
}

test('of those who see the same leases, each name is one’s share, and about as many are each one’s', () => {
  const shares = OWNERS.map((own) => shareOf(own, OWNERS));
  for (const name of NAMES) {
    const ranks = shares.map((share) => share(name)).toSorted((a, b) => a - b);
    expect(ranks).toEqual([0, 1, 2, 3]);
  }
  for (const share of shares) {
    const own = NAMES.filter((name) => share(name) === 0).length;
    expect(own).toBeGreaterThan(150);
    expect(own).toBeLessThan(350);
  }
});

test('one more takes from the shares of the others, and changes nothing else', () => {
  const before = shareOf('aaaaaaaa', OWNERS.slice(0, 3));
  const after = shareOf('aaaaaaaa', OWNERS);
  const newcomer = shareOf('cccccccc', OWNERS);
  for (const name of NAMES) {
    if (before(name) === 0) expect(after(name) === 0 || newcomer(name) === 0).toBe(true);
    else expect(after(name)).toBeGreaterThan(0);
  }
});

test('who only holds on to what it has, has no share of the rest, until it claims again', () => {
  const clock = new ManualClock();
  const rivals = new Rivals(clock);
  const held = [lease('bbbbbbbb'), lease('bbbbbbbb'), lease('cccccccc')];
  rivals.see(held, 'aaaaaaaa');
  clock.freeze(2_001);
  rivals.see(held.toReversed(), 'aaaaaaaa');
  rivals.listing();
  expect(rivals.shareOf('aaaaaaaa')).toBeNull();
  rivals.see(held, 'aaaaaaaa');
  expect(rivals.shareOf('aaaaaaaa')).toBeNull();
  rivals.see([...held.slice(1), lease('bbbbbbbb')], 'aaaaaaaa');
  const share = rivals.shareOf('aaaaaaaa');
  expect(NAMES.map((name) => share?.(name))).toEqual(
    NAMES.map(shareOf('aaaaaaaa', ['aaaaaaaa', 'bbbbbbbb'])),
  );
});

test('who has no rivals, or none any more, shares with nobody', () => {
  const clock = new ManualClock();
  const rivals = new Rivals(clock);
  expect(rivals.shareOf('aaaaaaaa')).toBeNull();
  rivals.see([lease('aaaaaaaa'), lease('aaaaaaaa')], 'aaaaaaaa');
  expect(rivals.shareOf('aaaaaaaa')).toBeNull();
  rivals.see([lease('aaaaaaaa'), lease('bbbbbbbb')], 'aaaaaaaa');
  expect(rivals.shareOf('aaaaaaaa')).not.toBeNull();
  clock.freeze(2_001);
  rivals.listing();
  expect(rivals.shareOf('aaaaaaaa')).toBeNull();
});

test('who has done its share keeps it until the box is listed anew: what was shown of it is gone', () => {
  const clock = new ManualClock();
  const rivals = new Rivals(clock);
  rivals.see([lease('bbbbbbbb')], 'aaaaaaaa');
  const before = rivals.shareOf('aaaaaaaa');
  clock.freeze(60_000);
  expect(rivals.shareOf('aaaaaaaa')).toBe(before);
  rivals.see([lease('cccccccc')], 'aaaaaaaa');
  rivals.listing();
  const withOne = rivals.shareOf('aaaaaaaa');
  expect(NAMES.some((name) => withOne?.(name) !== before?.(name))).toBe(true);
  expect(NAMES.every((name) => (withOne?.(name) ?? 0) <= 1)).toBe(true);
});

test('before its first claim nobody can know of a consumer, so it sees all others and has no share', () => {
  const rivals = new Rivals(new ManualClock());
  rivals.see([lease('bbbbbbbb')], '');
  expect(rivals.shareOf('')).toBeNull();
  expect(rivals.shareOf('aaaaaaaa')).not.toBeNull();
});

test('a glance makes nothing of leases that were looked at a moment ago', async () => {
  const clock = new ManualClock();
  const rivals = new Rivals(clock);
  rivals.glance([], 'aaaaaaaa');
  rivals.glance([lease('bbbbbbbb')], 'aaaaaaaa');
  expect(rivals.shareOf('aaaaaaaa')).toBeNull();
  await clock.advance(5);
  rivals.glance([lease('bbbbbbbb')], 'aaaaaaaa');
  expect(rivals.shareOf('aaaaaaaa')).not.toBeNull();
});
