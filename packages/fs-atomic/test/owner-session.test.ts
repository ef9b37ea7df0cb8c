import { EventEmitter, once } from 'node:events';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openOwnerSession, OwnerObserver, processIdentity } from '@tapps-agents/fs-atomic';
import type { ExclusiveFile, FileStatus, OwnerSession } from '@tapps-agents/fs-atomic';
import { FaultyFileSystem, ManualClock } from '@tapps-agents/fs-atomic/testing';
import { names, place, rejection } from './support.ts';
import type { Place } from './support.ts';

const lease_ms = 30_000;

interface Opened {
  readonly session: OwnerSession;
  readonly clock: ManualClock;
  readonly fileSystem: FaultyFileSystem;
  readonly errors: unknown[];
  readonly path: string;
}

async function open(here: Place, fileSystem = new FaultyFileSystem()): Promise<Opened> {
  const clock = new ManualClock();
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const session = await openOwnerSession({ directory: here.box, lease_ms, clock, fileSystem, onError });
  return { session, clock, fileSystem, errors, path: join(here.box, `${session.owner}.json`) };
}

test('the record tells who the owner is, to people too', async () => {
  await using here = await place();
  const clock = new ManualClock();
  const options = { directory: join(here.box, 'owners'), clock, details: { agent: 'coder' } };
  await using session = await openOwnerSession(options);
  const text = readFileSync(join(here.box, 'owners', `${session.owner}.json`), 'utf8');
  expect(session.owner).toMatch(/^[0-9a-v]{8}$/);
  expect(JSON.parse(text)).toEqual({
    owner: session.owner,
    ...processIdentity(),
    started_at: '2026-01-01T00:00:00.000Z',
    lease_ms: 30_000,
    detached: false,
    agent: 'coder',
  });
  expect(text).toContain('\n  "agent": "coder"\n');
  expect(session.record).toEqual(JSON.parse(text));
});

test('bad options are refused', async () => {
  await using here = await place();
  for (const wrong of [
    { lease_ms: 0 },
    { lease_ms: Number.NaN },
    { details: { pid: 1 } },
    { details: { much: 'x'.repeat(66_000) } },
    { directory: '' },
  ]) {
    expect(await rejection(openOwnerSession({ directory: here.box, ...wrong }))).toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
  }
  expect(names(here.box)).toEqual([]);
});

test('a heartbeat every third of the lease moves the modification time, whatever the wall clock does', async () => {
  await using here = await place();
  const { session, clock, path } = await open(here);
  const seen = new Set([statSync(path).mtimeMs]);
  for (const wall_ms of [0, -86_400_000, 86_400_000, 0, 1]) {
    clock.setWall(Date.UTC(2026, 5, 1) + wall_ms);
    await clock.advance(lease_ms / 3);
    seen.add(statSync(path).mtimeMs);
  }
  expect(seen.size).toBe(6);
  await session.close();
  expect(names(here.box)).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

test('on a file system with coarse times, the value steps until it looks different', async () => {
  await using here = await place();
  /** Keeps every other second, as FAT does. */
  class CoarseFileSystem extends FaultyFileSystem {
    override async status(path: string): Promise<FileStatus> {
      const status = await super.status(path);
      return { ...status, modified_ms: Math.floor(status.modified_ms / 2_000) * 2_000 };
    }
  }
  const fileSystem = new CoarseFileSystem();
  const clock = new ManualClock();
  const session = await openOwnerSession({ directory: here.box, lease_ms: 900, clock, fileSystem });
  const path = join(here.box, `${session.owner}.json`);
  let last = (await fileSystem.status(path)).modified_ms;
  for (let beat = 0; beat < 10; beat += 1) {
    await clock.advance(300);
    const { modified_ms } = await fileSystem.status(path);
    expect(modified_ms).toBeGreaterThan(last === 0 ? 0 : Number.NEGATIVE_INFINITY);
    expect(modified_ms).not.toBe(last);
    last = modified_ms;
  }
  await session.close();
});

test('a record that was renamed away ends the session at the next heartbeat, for good', async () => {
  await using here = await place();
  const { session, clock, path } = await open(here);
  expect(session.signal.aborted).toBe(false);
  renameSync(path, join(here.tmp, 'ended'));
  await clock.advance(lease_ms / 3);
  expect(session.signal.aborted).toBe(true);
  expect(session.signal.reason).toMatchObject({ code: 'ERR_SESSION_LOST', path });
  renameSync(join(here.tmp, 'ended'), path);
  await clock.advance(lease_ms);
  expect(await rejection((async () => session.ensureAlive())())).toMatchObject({ code: 'ERR_SESSION_LOST' });
  expect(clock.pendingTimers).toBe(0);
  await session.close();
});

test('ensureAlive is free while the heartbeat is young', async () => {
  await using here = await place();
  const { session, clock, fileSystem } = await open(here);
  const before = fileSystem.calls.length;
  expect(session.ensureAlive()).toBeUndefined();
  clock.freeze(lease_ms / 2 - 1);
  expect(session.ensureAlive()).toBeUndefined();
  expect(fileSystem.calls.length).toBe(before);
  await session.close();
});

test('a process that was stopped learns from ensureAlive that its session ended', async () => {
  await using here = await place();
  const { session, clock, path } = await open(here);
  clock.freeze(lease_ms * 2);
  renameSync(path, join(here.tmp, 'ended'));
  expect(await rejection((async () => session.ensureAlive())())).toMatchObject({ code: 'ERR_SESSION_LOST' });
  expect(session.signal.aborted).toBe(true);
  await session.close();
});

test('a process that was stopped and not missed goes on', async () => {
  await using here = await place();
  const { session, clock } = await open(here);
  clock.freeze(lease_ms * 10);
  await session.ensureAlive();
  expect(session.signal.aborted).toBe(false);
  expect(session.ensureAlive()).toBeUndefined();
  await session.close();
});

test('a computer that slept is noticed by its wall clock', async () => {
  await using here = await place();
  const { session, clock, path } = await open(here);
  clock.setWall(clock.now() + 3_600_000);
  renameSync(path, join(here.tmp, 'ended'));
  expect(await rejection((async () => session.ensureAlive())())).toMatchObject({ code: 'ERR_SESSION_LOST' });
  await session.close();
});

test('a heartbeat that fails is reported and tried again', async () => {
  await using here = await place();
  const { session, clock, fileSystem, errors } = await open(here);
  fileSystem.fail({ verb: 'touch', times: 2, code: 'EIO' });
  await clock.advance(lease_ms / 3);
  await clock.advance(lease_ms / 3);
  expect(errors).toMatchObject([{ code: 'ERR_IO' }, { code: 'ERR_IO' }]);
  await clock.advance(lease_ms);
  expect(session.signal.aborted).toBe(false);
  await session.close();
});

test('after a whole lease without a heartbeat the session counts itself as lost', async () => {
  await using here = await place();
  const { session, clock, fileSystem } = await open(here);
  fileSystem.fail({ verb: 'touch', times: 1_000, code: 'EIO' });
  await clock.advance(lease_ms - 1);
  expect(session.signal.aborted).toBe(false);
  await clock.advance(lease_ms / 3);
  expect(session.signal.reason).toMatchObject({ code: 'ERR_SESSION_LOST' });
  await session.close();
  expect(names(here.box)).toEqual([]);
});

test('a heartbeat that hangs for a whole lease loses the session too', async () => {
  await using here = await place();
  const { session, clock, fileSystem } = await open(here);
  const wakeUp = new EventEmitter();
  const awake = once(wakeUp, 'now').then(() => undefined);
  fileSystem.onCall = ({ verb }) => (verb === 'touch' ? awake : undefined);
  await clock.advance(lease_ms * 1.5);
  expect(session.signal.aborted).toBe(true);
  wakeUp.emit('now');
  await session.close();
});

test('close aborts the signal, removes the record, and may be repeated', async () => {
  await using here = await place();
  const { session } = await open(here);
  await Promise.all([session.close(), session.close()]);
  expect(session.signal.aborted).toBe(true);
  expect(names(here.box)).toEqual([]);
  expect(await rejection((async () => session.ensureAlive())())).toMatchObject({ code: 'ERR_SESSION_LOST' });
});

test('a close that failed may be repeated', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  const { session } = await open(here, fileSystem);
  fileSystem.fail({ verb: 'remove', path: /\.json$/, code: 'EIO' });
  expect(await rejection(session.close())).toMatchObject({ code: 'ERR_IO' });
  expect(session.signal.aborted).toBe(true);
  await session.close();
  expect(names(here.box)).toEqual([]);
});

test('a detached session has no process and no heartbeat, and ends when its record does', async () => {
  await using here = await place();
  const clock = new ManualClock();
  const session = await openOwnerSession({ directory: here.box, lease_ms, clock, detached: true });
  expect(session.record).toMatchObject({ pid: null, detached: true });
  expect(clock.pendingTimers).toBe(0);
  await session.ensureAlive();
  const observer = new OwnerObserver({ directory: here.box, endedDirectory: here.tmp, clock });
  expect(await observer.observe(session.owner)).toBe('alive');
  for (const state of ['alive', 'alive', 'alive', 'expired']) {
    clock.freeze(lease_ms / 3);
    expect(await observer.observe(session.owner)).toBe(state);
  }
  expect(await observer.end(session.owner)).toBe(true);
  expect(await rejection((async () => session.ensureAlive())())).toMatchObject({ code: 'ERR_SESSION_LOST' });
});

/** Windows' exclusive files, as far as one process can show them: the file is there while it is held. */
class WindowsFileSystem extends FaultyFileSystem {
  readonly held = new Set<string>();
  /** Done once, right before the next attempt to hold a file. */
  beforeHolding: (() => Promise<void>) | undefined;

  override async holdExclusively(path: string): Promise<ExclusiveFile> {
    const first = this.beforeHolding;
    this.beforeHolding = undefined;
    await first?.();
    if (this.held.has(path)) throw Object.assign(new Error('EBUSY'), { code: 'EBUSY' });
    this.held.add(path);
    writeFileSync(path, '');
    return { close: () => void this.held.delete(path) };
  }
}

test('Windows: an owner whose file is not held any more is dead, and only then', async () => {
  await using here = await place();
  const fileSystem = new WindowsFileSystem();
  const identity = { pid: 7, host: 'here', boot_id: null, pid_namespace: null, process_started: null };
  const clock = new ManualClock();
  const options = { directory: here.box, fileSystem, identity, clock, platform: 'win32' as const };
  const session = await openOwnerSession(options);
  const observer = new OwnerObserver({ ...options, endedDirectory: here.tmp });
  expect(names(here.box)).toEqual([`${session.owner}.alive`, `${session.owner}.json`]);
  expect(await observer.observe(session.owner)).toBe('alive');
  // The process dies: the system closes what it held.
  fileSystem.held.clear();
  expect(await observer.observe(session.owner)).toBe('dead');
  expect(fileSystem.held.size).toBe(0);
  const elsewhere = new OwnerObserver({
    ...options,
    endedDirectory: here.tmp,
    identity: { ...identity, host: 'there' },
  });
  expect(await elsewhere.observe(session.owner)).toBe('alive');
  expect(await observer.end(session.owner)).toBe(true);
  expect(names(here.box)).toEqual([]);
  await session.close();

  const closed = await openOwnerSession(options);
  await closed.close();
  expect(names(here.box)).toEqual([]);
  expect(fileSystem.held.size).toBe(0);
});

test('Windows: who looks at an owner that closes in that very moment leaves no file behind', async () => {
  await using here = await place();
  const fileSystem = new WindowsFileSystem();
  const options = { directory: here.box, fileSystem, clock: new ManualClock(), platform: 'win32' as const };
  const session = await openOwnerSession(options);
  const observer = new OwnerObserver({ ...options, endedDirectory: here.tmp });
  // Between the look at the file and the attempt to hold it, which would create it anew.
  fileSystem.beforeHolding = () => session.close();
  expect(await observer.observe(session.owner)).toBe('absent');
  expect(names(here.box)).toEqual([]);
  expect(fileSystem.held.size).toBe(0);
});

test('a record of another system, without the file, is not taken for dead', async () => {
  await using here = await place();
  /** What other systems have. */
  class PosixFileSystem extends FaultyFileSystem {
    override holdExclusively(): Promise<null> {
      return Promise.resolve(null);
    }
  }
  const fileSystem = new PosixFileSystem();
  const session = await openOwnerSession({ directory: here.box, clock: new ManualClock(), fileSystem });
  const options = { directory: here.box, endedDirectory: here.tmp, platform: 'win32' as const };
  const observer = new OwnerObserver({ ...options, fileSystem: new WindowsFileSystem() });
  expect(await observer.observe(session.owner)).toBe('alive');
  expect(names(here.box)).toEqual([`${session.owner}.json`]);
  await session.close();
});
