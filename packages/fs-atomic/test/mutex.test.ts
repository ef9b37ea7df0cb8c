import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Mutex, OwnerObserver } from '@tapps-agents/fs-atomic';
import type { MutexHold } from '@tapps-agents/fs-atomic';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { bundleProgram } from './child/run.ts';
import type { ChildProgram } from './child/run.ts';
import { contender, token } from './contender.ts';
import { names, place, provesDeath, rejection } from './support.ts';

let program: ChildProgram;
beforeAll(async () => {
  program = await bundleProgram();
});
afterAll(() => program[Symbol.asyncDispose]());

test('on Windows a directory that is open elsewhere for a moment is looked at again, and it is an error elsewhere', async () => {
  await using here = await place();
  await using a = await contender(here, undefined, { platform: 'win32' });
  await (await a.mutex.acquire()).release();
  a.fileSystem.fail({ verb: 'list', path: /mutex$/, code: 'EBUSY', times: 3 });
  expect(await a.mutex.tryAcquire()).not.toBeNull();
  await using b = await contender(here, undefined, { platform: 'linux' });
  b.fileSystem.fail({ verb: 'list', path: /mutex$/, code: 'EBUSY' });
  await expect(b.mutex.tryAcquire()).rejects.toThrow('list the mutex');
});

test('held, refused to others, released, with a generation that grows', async () => {
  await using here = await place();
  await using a = await contender(here);
  await using b = await contender(here);
  const first = (await a.mutex.tryAcquire())!;
  expect(first.generation).toBe(1);
  expect(token(here)).toEqual([`g1~held~${a.session.owner}`]);
  expect(await b.mutex.tryAcquire()).toBeNull();
  expect(await a.mutex.tryAcquire()).toBeNull();
  expect(await first.stillHeld()).toBe(true);
  expect(await first.release()).toBe(true);
  expect(await first.release()).toBe(true);
  expect(await first.stillHeld()).toBe(false);
  expect(token(here)).toEqual(['g1~free']);
  await using second = (await b.mutex.tryAcquire())!;
  expect(second.generation).toBe(2);
  expect(names(here.tmp)).toEqual([]);
});

test('a generation is flushed before it is told, and the first token before the mutex has its name', async () => {
  await using here = await place();
  await using a = await contender(here);
  const { calls } = a.fileSystem;
  const hold = (await a.mutex.tryAcquire())!;
  const tellsOf = ({ verb, path, to }: (typeof calls)[number]): string =>
    `${verb} ${(to ?? path).replaceAll(/^.*[/]/g, '').replaceAll(/^[0-9a-f-]{36}/g, 'copy')}`;
  const changes = calls.map(tellsOf).filter((call) => /^(?:create|rename|syncDirectory) /.test(call));
  const order = [
    'create g0~free',
    'syncDirectory copy.tmp',
    'rename mutex',
    `rename ${token(here)[0]}`,
    'syncDirectory mutex',
  ];
  expect(changes.filter((call) => order.includes(call))).toEqual(order);
  await hold.release();
});

test('a token that has no next is an error that names it, and no token that nobody understands', async () => {
  await using here = await place();
  await using one = await contender(here);
  await (await one.mutex.acquire()).release();
  const planted = 'g999999999999999~free';
  writeFileSync(join(here.path, 'mutex', planted), '');
  const before = names(join(here.path, 'mutex'));
  expect(await rejection(one.mutex.tryAcquire())).toMatchObject({
    code: 'ERR_MUTEX_BROKEN',
    path: join(here.path, 'mutex', planted),
  });
  expect(names(join(here.path, 'mutex'))).toEqual(before);
});

test('twenty contenders: never two inside, every generation once', async () => {
  await using here = await place();
  const contenders = await Promise.all(Array.from({ length: 20 }, () => contender(here)));
  const generations: number[] = [];
  let inside = 0;
  let mostInside = 0;
  await Promise.all(
    contenders.map(async ({ mutex }) => {
      for (let turn = 0; turn < 3; turn += 1) {
        await using hold = await mutex.acquire({ timeout_ms: 120_000 });
        mostInside = Math.max(mostInside, (inside += 1));
        generations.push(hold.generation);
        expect(await hold.stillHeld()).toBe(true);
        inside -= 1;
      }
    }),
  );
  expect(mostInside).toBe(1);
  expect(generations).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  for (const one of contenders) await one[Symbol.asyncDispose]();
  expect([...names(here.tmp), ...names(join(here.path, 'owners'))]).toEqual([]);
});

test('several mutex objects on one session exclude each other too', async () => {
  await using here = await place();
  await using a = await contender(here);
  const mutexes = Array.from(
    { length: 10 },
    () =>
      new Mutex({
        directory: join(here.path, 'mutex'),
        temporaryDirectory: here.tmp,
        session: () => a.session,
        observer: new OwnerObserver({ directory: join(here.path, 'owners'), endedDirectory: here.tmp }),
      }),
  );
  for (let turn = 1; turn <= 5; turn += 1) {
    const holds = (await Promise.all(mutexes.map((mutex) => mutex.tryAcquire()))).filter(
      (hold) => hold !== null,
    );
    expect(holds.length).toBe(1);
    expect(holds[0]!.generation).toBe(turn);
    await holds[0]!.release();
  }
});

test('a holder that was killed is followed at once', async ({ skip }) => {
  skip(!provesDeath, 'only Linux and Windows prove that a process is dead');
  await using here = await place();
  await using killed = program.start('hold', here.path);
  const { owner, generation } = (await killed.next()) as { owner: string; generation: number };
  await using b = await contender(here);
  expect(await b.mutex.tryAcquire()).toBeNull();
  killed.process.kill('SIGKILL');
  await killed.ended();
  await using hold = (await b.mutex.tryAcquire())!;
  expect(hold.generation).toBe(generation + 1);
  const records = names(join(here.path, 'owners')).filter((name) => name.endsWith('.json'));
  expect(records).toEqual([`${b.session.owner}.json`]);
  expect(names(join(here.path, 'ended'))[0]).toContain(owner);
});

test('a holder that closed its session without releasing is followed at once', async () => {
  await using here = await place();
  await using a = await contender(here);
  await using b = await contender(here);
  const hold = (await a.mutex.tryAcquire())!;
  await a.session.close();
  expect(await hold.stillHeld()).toBe(false);
  const next = (await b.mutex.tryAcquire())!;
  expect(next.generation).toBe(2);
  expect(await hold.release()).toBe(false);
  expect(await next.stillHeld()).toBe(true);
});

test('a holder that sleeps past its lease is followed, finds out, and cannot disturb the next', async () => {
  await using here = await place();
  const sleeping = new ManualClock();
  const awake = new ManualClock();
  await using a = await contender(here, sleeping);
  await using b = await contender(here, awake);
  const late = (await a.mutex.tryAcquire())!;
  expect(await b.mutex.tryAcquire()).toBeNull();
  // It tries again and again, so that it knows that it was awake itself.
  for (let waited_ms = 0; waited_ms < 35_000; waited_ms += 5_000) {
    await awake.advance(5_000);
    expect(await b.mutex.tryAcquire()).toBeNull();
  }
  await awake.advance(5_000);
  const hold = (await b.mutex.tryAcquire())!;
  expect(hold.generation).toBe(2);
  // Here its own clock has not moved: what tells it is that its token's name is gone.
  expect(await late.stillHeld()).toBe(false);
  expect(await rejection(late.ensureHeld())).toMatchObject({ code: 'ERR_MUTEX_LOST' });
  expect(await late.release()).toBe(false);
  sleeping.freeze(60_000);
  expect(await rejection(a.mutex.tryAcquire())).toMatchObject({ code: 'ERR_SESSION_LOST' });
  expect(await hold.stillHeld()).toBe(true);
  await hold.ensureHeld();
  expect(token(here)).toEqual([`g2~held~${b.session.owner}`]);
});

test('of many that take over from the same dead holder one gets it', async () => {
  await using here = await place();
  await using a = await contender(here);
  await a.mutex.tryAcquire();
  await a.session.close();
  const others = await Promise.all(Array.from({ length: 10 }, () => contender(here)));
  const holds = await Promise.all(others.map((other) => other.mutex.tryAcquire()));
  expect(holds.filter((hold) => hold !== null).length).toBe(1);
  for (const one of others) await one[Symbol.asyncDispose]();
});

test('acquire waits with jitter, and gives up in time', async () => {
  await using here = await place();
  const clock = new ManualClock();
  await using a = await contender(here, clock);
  await using b = await contender(here, clock);
  const hold = await a.mutex.acquire();
  const waiting = b.mutex.acquire();
  await clock.settle();
  await clock.advance(1_000);
  await hold.release();
  await clock.advance(500);
  const next = await waiting;
  expect(next.generation).toBe(2);

  const late = rejection(a.mutex.acquire({ timeout_ms: 3_000 }));
  await clock.settle();
  await clock.advance(3_000);
  const failure = await late;
  expect(failure).toMatchObject({ code: 'ERR_MUTEX_TIMEOUT', path: join(here.path, 'mutex') });
  expect((failure as Error).message).toContain(b.session.owner);

  const controller = new AbortController();
  const aborted = rejection(a.mutex.acquire({ signal: controller.signal }));
  await clock.settle();
  controller.abort(new Error('enough'));
  expect(await aborted).toMatchObject({ message: 'enough' });
  await next.release();
});

test('a scan without a token looks again and repairs nothing', async () => {
  await using here = await place();
  await using a = await contender(here);
  mkdirSync(join(here.path, 'mutex'));
  expect(await rejection(a.mutex.tryAcquire())).toMatchObject({ code: 'ERR_MUTEX_BROKEN' });
  expect(a.fileSystem.verbs.filter((verb) => verb === 'list').length).toBe(15);
  writeFileSync(join(here.path, 'mutex', '.DS_Store'), '');
  writeFileSync(join(here.path, 'mutex', 'g01~free'), '');
  expect(await rejection(a.mutex.tryAcquire())).toMatchObject({ code: 'ERR_MUTEX_BROKEN' });
  let missing = 2;
  renameSync(join(here.path, 'mutex', 'g01~free'), join(here.tmp, 'g7~free'));
  a.fileSystem.onCall = ({ verb }) => {
    if (verb === 'list' && (missing -= 1) === 0) {
      renameSync(join(here.tmp, 'g7~free'), join(here.path, 'mutex', 'g7~free'));
    }
  };
  expect((await a.mutex.tryAcquire())!.generation).toBe(8);
});

test('who loses the race to make the mutex removes its copy and goes on', async () => {
  await using here = await place();
  await using a = await contender(here);
  await using b = await contender(here);
  let other: MutexHold | null = null;
  a.fileSystem.onCall = async ({ verb, path }) => {
    if (verb === 'rename' && normalize(path).startsWith(here.tmp)) other = await b.mutex.tryAcquire();
  };
  expect(await a.mutex.tryAcquire()).toBeNull();
  expect(other).not.toBeNull();
  expect(names(here.tmp)).toEqual([]);
  expect(token(here)).toEqual([`g1~held~${b.session.owner}`]);
});

test('what stands in the way of the directory is named', async () => {
  await using here = await place();
  await using a = await contender(here);
  writeFileSync(join(here.path, 'mutex'), '');
  expect(await rejection(a.mutex.tryAcquire())).toMatchObject({ code: 'ERR_NOT_A_DIRECTORY' });
  expect(readdirSync(here.tmp)).toEqual([]);
  const full = await contender(here, undefined, { directory: join(here.path, 'other') });
  full.fileSystem.fail({ verb: 'create', path: 'g0~free', code: 'ENOSPC' });
  expect(await rejection(full.mutex.tryAcquire())).toMatchObject({ code: 'ERR_DISK_FULL' });
  expect(readdirSync(here.tmp)).toEqual([]);
  await full[Symbol.asyncDispose]();
});
