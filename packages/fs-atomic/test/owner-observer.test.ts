import { utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { assert, asyncProperty, array, constantFrom, integer, record } from 'fast-check';
import { expect, test } from 'vitest';
import { OwnerObserver, processIdentity } from '@tapps-agents/fs-atomic';
import { FaultyFileSystem, ManualClock } from '@tapps-agents/fs-atomic/testing';
import { names, place, rejection } from './support.ts';
import type { OwnerState } from '@tapps-agents/fs-atomic';
import type { Place } from './support.ts';

const lease_ms = 20_000;

/** Writes a record that nothing can be proven of: its host is elsewhere. */
function writeRecord(here: Place, owner: string, more: object = {}): string {
  const path = join(here.box, `${owner}.json`);
  const facts = { owner, ...processIdentity(), host: 'elsewhere', started_at: '2020-01-01T00:00:00Z' };
  writeFileSync(path, JSON.stringify({ ...facts, lease_ms, detached: false, ...more }));
  return path;
}

/** Looks once a second while time passes; returns what the last look says. */
async function watchFor(observer: OwnerObserver, clock: ManualClock, by_ms: number): Promise<OwnerState> {
  let state: OwnerState = await observer.observe('a');
  for (let left_ms = by_ms; left_ms > 0; left_ms -= 1_000) {
    clock.freeze(Math.min(left_ms, 1_000));
    state = await observer.observe('a');
  }
  return state;
}

test('a record that stands still for the lease and the margin is expired', async () => {
  await using here = await place();
  writeRecord(here, 'a');
  const clock = new ManualClock();
  const observer = new OwnerObserver({ directory: here.box, endedDirectory: here.tmp, clock });
  expect(await watchFor(observer, clock, lease_ms * 1.25 - 1)).toBe('alive');
  clock.freeze(1);
  expect(await observer.observe('a')).toBe('expired');
});

test('an observer does not count its own sleep, and needs no more than a look in a third of the lease', async () => {
  await using here = await place();
  const path = writeRecord(here, 'a');
  const clock = new ManualClock();
  const observer = new OwnerObserver({ directory: here.box, endedDirectory: here.tmp, clock });
  // Stopped together right before a heartbeat, and the observer is the first to go on.
  expect(await watchFor(observer, clock, lease_ms / 3)).toBe('alive');
  clock.freeze(100 * lease_ms);
  expect(await watchFor(observer, clock, lease_ms / 2)).toBe('alive');
  utimesSync(path, 1, 1);
  await observer.observe('a');
  for (const state of ['alive', 'alive', 'alive', 'expired']) {
    clock.freeze(lease_ms / 3);
    expect(await observer.observe('a')).toBe(state);
  }
});

test('a short lease is not stretched by an observer that looks once a second', async () => {
  await using here = await place();
  writeRecord(here, 'a', { lease_ms: 1_000 });
  const clock = new ManualClock();
  const observer = new OwnerObserver({ directory: here.box, endedDirectory: here.tmp, clock });
  expect(await watchFor(observer, clock, 1_999)).toBe('alive');
  clock.freeze(1);
  expect(await observer.observe('a')).toBe('expired');
});

test('neither an old modification time nor a wall clock that jumps means anything', async () => {
  await using here = await place();
  const path = writeRecord(here, 'a');
  utimesSync(path, 1, 1);
  const clock = new ManualClock();
  const observer = new OwnerObserver({ directory: here.box, endedDirectory: here.tmp, clock });
  expect(await observer.observe('a')).toBe('alive');
  clock.setWall(Date.UTC(2099, 0, 1));
  expect(await watchFor(observer, clock, lease_ms * 1.25 - 1)).toBe('alive');
  clock.freeze(1);
  clock.setWall(0);
  expect(await observer.observe('a')).toBe('expired');
});

test('any change begins the wait anew, also one into the past', async () => {
  await using here = await place();
  const path = writeRecord(here, 'a');
  const clock = new ManualClock();
  const observer = new OwnerObserver({ directory: here.box, endedDirectory: here.tmp, clock, margin_ms: 0 });
  await observer.observe('a');
  for (const seconds of [1_000, 500, 499]) {
    expect(await watchFor(observer, clock, lease_ms - 1)).toBe('alive');
    utimesSync(path, seconds, seconds);
    expect(await observer.observe('a')).toBe('alive');
  }
  expect(await watchFor(observer, clock, lease_ms)).toBe('expired');
  observer.forget('a');
  expect(await observer.observe('a')).toBe('alive');
});

test('no owner that beats in time is ever expired', async () => {
  await using here = await place();
  const path = writeRecord(here, 'a');
  const step = record({
    wait_ms: integer({ min: 1, max: 6_000 }),
    beat: constantFrom(true, true, false),
  });
  await assert(
    asyncProperty(array(step, { maxLength: 40 }), async (steps) => {
      const clock = new ManualClock();
      const observer = new OwnerObserver({ directory: here.box, endedDirectory: here.tmp, clock });
      let sinceBeat_ms = 0;
      let value = 1;
      for (const { wait_ms, beat } of steps) {
        clock.freeze(wait_ms);
        sinceBeat_ms += wait_ms;
        if (beat || sinceBeat_ms >= lease_ms) {
          utimesSync(path, (value += 1), value);
          sinceBeat_ms = 0;
        }
        expect(await observer.observe('a')).toBe('alive');
      }
    }),
    { numRuns: 50 },
  );
});

test('an unreadable or foreign record gets a long lease and is never dead', async () => {
  await using here = await place();
  const clock = new ManualClock();
  const observer = new OwnerObserver({ directory: here.box, endedDirectory: here.tmp, clock, margin_ms: 0 });
  writeFileSync(join(here.box, 'half.json'), '{"owner": "half", "pi');
  writeFileSync(join(here.box, 'none.json'), '');
  writeRecord(here, 'other', { owner: 'somebody', host: processIdentity().host, pid: 2 ** 22 - 1 });
  writeRecord(here, 'zero', { lease_ms: 0 });
  writeFileSync(join(here.box, 'huge.json'), 'x'.repeat(70_000));
  const owners = ['half', 'none', 'other', 'zero', 'huge'];
  for (const owner of owners) {
    expect([owner, await observer.observe(owner)]).toEqual([owner, 'alive']);
    expect(await observer.record(owner)).toBeNull();
  }
  for (const wait_ms of [100_000, 100_000, 99_999]) {
    clock.freeze(wait_ms);
    for (const owner of owners) expect([owner, await observer.observe(owner)]).toEqual([owner, 'alive']);
  }
  clock.freeze(1);
  for (const owner of owners) expect([owner, await observer.observe(owner)]).toEqual([owner, 'expired']);
});

test('a record that is completed after the first look is read then', async () => {
  await using here = await place();
  const clock = new ManualClock();
  const observer = new OwnerObserver({ directory: here.box, endedDirectory: here.tmp, clock, margin_ms: 0 });
  writeFileSync(join(here.box, 'a.json'), '{');
  expect(await observer.observe('a')).toBe('alive');
  writeRecord(here, 'a');
  expect(await watchFor(observer, clock, lease_ms)).toBe('expired');
});

test('a file system that fails is an error, not an absent owner', async () => {
  await using here = await place();
  writeRecord(here, 'a');
  const fileSystem = new FaultyFileSystem();
  const observer = new OwnerObserver({ directory: here.box, endedDirectory: here.tmp, fileSystem });
  fileSystem.fail({ verb: 'status', code: 'EIO' });
  expect(await rejection(observer.observe('a'))).toMatchObject({ code: 'ERR_IO' });
  fileSystem.fail({ verb: 'read', code: 'EACCES' });
  expect(await rejection(observer.observe('a'))).toMatchObject({ code: 'ERR_ACCESS_DENIED' });
});

test('of twenty observers one ends a session', async () => {
  await using here = await place();
  writeRecord(here, 'a');
  const ended = join(here.tmp, 'ended');
  const observers = Array.from(
    { length: 20 },
    () => new OwnerObserver({ directory: here.box, endedDirectory: ended }),
  );
  const won = await Promise.all(observers.map((observer) => observer.end('a')));
  expect(won.filter(Boolean).length).toBe(1);
  expect(names(ended).length).toBe(1);
  expect(await observers[0]!.observe('a')).toBe('absent');
  expect(await observers[0]!.record('a')).toBeNull();
});

/** An observer of any number of owners, whose records are all alike and stand still; `gone` are those that have ended. */
function crowd(here: Place): { observer: OwnerObserver; clock: ManualClock; gone: Set<string> } {
  const clock = new ManualClock();
  const fileSystem = new FaultyFileSystem();
  const gone = new Set<string>();
  fileSystem.status = (path) =>
    gone.has(basename(path, '.json'))
      ? Promise.reject(Object.assign(new Error('ENOENT'), { code: 'ENOENT' }))
      : Promise.resolve({ kind: 'file', size: 1, modified_ms: 1, mode: 0o600 });
  fileSystem.read = () => Promise.resolve(new Uint8Array());
  const directories = { directory: here.box, endedDirectory: here.tmp };
  return { observer: new OwnerObserver({ ...directories, clock, margin_ms: 0, fileSystem }), clock, gone };
}

const CROWD = Array.from({ length: 10_003 }, (_, index) => `o${index}`);

test('of more owners than are watched at a time all expire, one after the other, when they are asked about in turn', async () => {
  await using here = await place();
  const { observer, clock, gone } = crowd(here);
  const expired: number[] = [];
  for (let round = 0; round < 8; round += 1) {
    const found = [];
    for (const owner of CROWD) if ((await observer.observe(owner)) === 'expired') found.push(owner);
    for (const owner of found) gone.add(owner);
    expired.push(found.length);
    clock.freeze(100_000);
  }
  expect(expired).toEqual([0, 0, 0, 10_000, 0, 0, 0, 3]);
});

test('an owner that was not asked about for an hour gives way to another, so that those that ended unseen take no room for ever', async () => {
  await using here = await place();
  const { observer, clock } = crowd(here);
  for (const owner of CROWD.slice(0, 10_000)) await observer.observe(owner);
  const watch = async (): Promise<string[]> => {
    const states: string[] = [];
    for (let look = 0; look < 4; look += 1) {
      states.push(await observer.observe('late'));
      clock.freeze(100_000);
    }
    return states;
  };
  expect(await watch()).toEqual(['alive', 'alive', 'alive', 'alive']);
  clock.freeze(3_600_000);
  expect(await watch()).toEqual(['alive', 'alive', 'alive', 'expired']);
});
