import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  attachOwnerSession,
  OwnerObserver,
  openOwnerSession,
  processIdentity,
  systemClock,
} from '@tapps-agents/fs-atomic';
import { FaultyFileSystem, ManualClock } from '@tapps-agents/fs-atomic/testing';
import { names, place, rejection } from './support.ts';
import type { ProcessIdentity } from '@tapps-agents/fs-atomic';
import type { Place } from './support.ts';

const lease_ms = 20_000;

/** A clock whose time all processes of the boot share. */
class SharedClock extends ManualClock {
  uptime(): number {
    return this.monotonic();
  }
}

/** A computer that tells everything, whatever the one is that tests run on. */
const linux: ProcessIdentity = {
  pid: process.pid,
  host: 'build-3',
  boot_id: 'boot',
  pid_namespace: 'pid:[1]',
  process_started: '7@time:[1]',
};

function observerOf(here: Place, clock: ManualClock, identity: ProcessIdentity = linux): OwnerObserver {
  return new OwnerObserver({ directory: here.box, endedDirectory: here.tmp, clock, identity });
}

test('a session that is detached has no process and no heartbeat from then on', async () => {
  await using here = await place();
  const clock = new SharedClock();
  const session = await openOwnerSession({ directory: here.box, lease_ms: 1_000, clock, identity: linux });
  expect(session.record).toMatchObject({ pid: process.pid, detached: false });
  await session.detach(lease_ms, { temporaryDirectory: here.tmp });
  expect(clock.pendingTimers).toBe(0);
  const record: unknown = JSON.parse(readFileSync(join(here.box, `${session.owner}.json`), 'utf8'));
  expect(record).toEqual(session.record);
  const deadline_uptime_ms = clock.monotonic() + lease_ms;
  expect(record).toMatchObject({ pid: null, detached: true, lease_ms, deadline_uptime_ms });
  expect(names(here.box)).toEqual([`${session.owner}.json`]);
  expect(names(here.tmp)).toEqual([]);
  await session.ensureAlive();
});

test('it ends at its deadline for whoever shares the clock, however short they have looked', async () => {
  await using here = await place();
  const clock = new SharedClock();
  const session = await openOwnerSession({ directory: here.box, clock, identity: linux });
  await session.detach(lease_ms, { temporaryDirectory: here.tmp });
  clock.freeze(lease_ms - 1);
  expect(await observerOf(here, clock).observe(session.owner)).toBe('alive');
  clock.freeze(1);
  expect(await observerOf(here, clock).observe(session.owner)).toBe('expired');
});

test.for([
  ['another host', { host: 'build-4' }],
  ['another boot', { boot_id: 'later' }],
  ['no boot', { boot_id: null }],
  ['another time namespace', { process_started: '7@time:[2]' }],
  ['no time namespace', { process_started: null }],
] as const)('%s has to see it unchanged for as long', async ([, other]) => {
  await using here = await place();
  const clock = new SharedClock();
  const session = await openOwnerSession({ directory: here.box, clock, identity: linux });
  await session.detach(lease_ms, { temporaryDirectory: here.tmp });
  clock.freeze(100 * lease_ms);
  const observer = observerOf(here, clock, { ...linux, ...other });
  expect(await observer.observe(session.owner)).toBe('alive');
  for (const state of ['alive', 'alive', 'alive', 'expired']) {
    clock.freeze(lease_ms / 3);
    expect(await observer.observe(session.owner)).toBe(state);
  }
});

test('without a clock that is shared there is no deadline in the record', async () => {
  await using here = await place();
  const session = await openOwnerSession({ directory: here.box, clock: new ManualClock(), detached: true });
  expect(session.record).toMatchObject({ detached: true, deadline_uptime_ms: null });
});

test('anybody may attach to it, give it more time, and end it', async () => {
  await using here = await place();
  const clock = new SharedClock();
  const session = await openOwnerSession({ directory: here.box, clock, identity: linux });
  expect(await attachOwnerSession(session.owner, { directory: here.box, clock })).toBeNull();
  await session.detach(lease_ms, { temporaryDirectory: here.tmp });
  const watching = observerOf(here, clock, { ...linux, boot_id: null });
  await watching.observe(session.owner);

  clock.freeze(lease_ms / 2);
  const before_ms = statSync(join(here.box, `${session.owner}.json`)).mtimeMs;
  const attached = await attachOwnerSession(session.owner, { directory: here.box, clock });
  await attached?.detach(lease_ms, { temporaryDirectory: here.tmp });
  expect(statSync(join(here.box, `${session.owner}.json`)).mtimeMs).not.toBe(before_ms);
  clock.freeze(lease_ms * 0.9);
  expect(await observerOf(here, clock).observe(session.owner)).toBe('alive');
  expect(await watching.observe(session.owner)).toBe('alive');
  clock.freeze(lease_ms * 0.1);
  expect(await observerOf(here, clock).observe(session.owner)).toBe('expired');

  await attached?.close();
  expect(names(here.box)).toEqual([]);
  expect(await attachOwnerSession(session.owner, { directory: here.box, clock })).toBeNull();
  await expect(session.detach(lease_ms, { temporaryDirectory: here.tmp })).rejects.toMatchObject({
    code: 'ERR_SESSION_LOST',
  });
});

test('whoever watched sees a change, also where files have coarse times', async () => {
  await using here = await place();
  const clock = new SharedClock();
  const coarse = new CoarseFileSystem();
  const options = { directory: here.box, clock, identity: linux, fileSystem: coarse };
  const session = await openOwnerSession({ ...options, detached: true, lease_ms });
  const path = join(here.box, `${session.owner}.json`);
  const before = await coarse.status(path);
  await session.detach(lease_ms, { temporaryDirectory: here.tmp });
  expect((await coarse.status(path)).modified_ms).not.toBe(before.modified_ms);
});

test('when its record cannot be replaced it stays what it was', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  const clock = new SharedClock();
  const session = await openOwnerSession({ directory: here.box, clock, identity: linux, fileSystem });
  fileSystem.fail({ verb: 'rename', path: /\.json$/, code: 'EIO' });
  const error = await rejection(session.detach(lease_ms, { temporaryDirectory: here.tmp }));
  expect(error).toMatchObject({ code: 'ERR_IO' });
  expect(session.record).toMatchObject({ pid: process.pid, detached: false });
  expect(names(here.tmp)).toEqual([]);
  await session.ensureAlive();
  await session.detach(lease_ms, { temporaryDirectory: here.tmp });
  expect(session.record.detached).toBe(true);
});

test('a process that detached before it died is not taken for dead, although its last record names it', async () => {
  await using here = await place();
  const ended = spawnSync(process.execPath, ['--eval', '']).pid;
  const clock = new SharedClock();
  const identity = { ...processIdentity(), boot_id: 'boot', pid_namespace: 'pid', pid: ended };
  const session = await openOwnerSession({ directory: here.box, clock, identity });
  const fileSystem = new FaultyFileSystem();
  const observer = new OwnerObserver({
    directory: here.box,
    endedDirectory: here.tmp,
    clock,
    fileSystem,
    identity: { ...identity, pid: process.pid },
  });
  // Read before it detached, looked for after it ended.
  const read = fileSystem.read.bind(fileSystem);
  fileSystem.read = async (path, most) => {
    const bytes = await read(path, most);
    if (!session.record.detached) await session.detach(lease_ms, { temporaryDirectory: here.tmp });
    return bytes;
  };
  expect(await observer.observe(session.owner)).toBe('alive');
  expect(await observer.observe(session.owner)).toBe('alive');
});

test('the system clock is the same for all processes', ({ skip }) => {
  skip(process.platform !== 'linux', 'only Linux names its boots, so only there it is compared');
  const before_ms = systemClock.uptime?.() ?? Number.NaN;
  const program = 'process.stdout.write(String(process.hrtime.bigint() / 1_000_000n))';
  const told_ms = Number(spawnSync(process.execPath, ['--eval', program], { encoding: 'utf8' }).stdout);
  const after_ms = systemClock.uptime?.() ?? Number.NaN;
  expect(told_ms).toBeGreaterThanOrEqual(before_ms);
  expect(told_ms).toBeLessThanOrEqual(after_ms);
});

/** Modification times in whole minutes, cut down, as far as anybody can see. */
class CoarseFileSystem extends FaultyFileSystem {
  override async status(path: string): ReturnType<FaultyFileSystem['status']> {
    const status = await super.status(path);
    return { ...status, modified_ms: Math.floor(status.modified_ms / 2_000) * 2_000 };
  }
}
