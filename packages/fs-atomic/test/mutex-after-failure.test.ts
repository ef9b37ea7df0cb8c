import { renameSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { contender, token } from './contender.ts';
import { place, rejection } from './support.ts';

/* A mutex goes on after a rename that failed, whether it was made or not. */

test('a release that failed leaves a token that its own session can take again', async () => {
  await using here = await place();
  await using a = await contender(here);
  const hold = (await a.mutex.tryAcquire())!;
  a.fileSystem.fail({ verb: 'rename', code: 'EIO' });
  expect(await rejection(hold.release())).toMatchObject({ code: 'ERR_IO' });
  expect(token(here)).toEqual([`g1~held~${a.session.owner}`]);
  expect(await hold.stillHeld()).toBe(false);
  const again = (await a.mutex.tryAcquire())!;
  expect(again.generation).toBe(2);
  // Its token has another name by now, so it is not given back for the second time.
  expect(await hold.release()).toBe(false);
  expect(await again.stillHeld()).toBe(true);
});

test('a release that failed is tried again when it is called again, and only then', async () => {
  await using here = await place();
  await using a = await contender(here);
  const hold = (await a.mutex.tryAcquire())!;
  a.fileSystem.fail({ verb: 'rename', code: 'EIO', times: 2 });
  const both = await Promise.allSettled([hold.release(), hold.release()]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(a.fileSystem.verbs.filter((verb) => verb === 'rename')).toHaveLength(3);
  expect(await rejection(hold.release())).toMatchObject({ code: 'ERR_IO' });
  expect(await hold.stillHeld()).toBe(false);
  expect(await hold.release()).toBe(true);
  expect(token(here)).toEqual(['g1~free']);
  expect(await hold.release()).toBe(true);
  expect((await a.mutex.tryAcquire())!.generation).toBe(2);
});

test('an acquisition that failed after its rename can be had again', async () => {
  await using here = await place();
  await using a = await contender(here);
  await (await a.mutex.acquire()).release();
  a.fileSystem.fail({ verb: 'rename', code: 'EIO', when: 'after' });
  expect(await rejection(a.mutex.tryAcquire())).toMatchObject({ code: 'ERR_IO' });
  expect(token(here)).toEqual([`g2~held~${a.session.owner}`]);
  expect((await a.mutex.tryAcquire())!.generation).toBe(3);
});

test('an acquisition whose rename was refused is tried anew the next time, however often it was refused', async () => {
  await using here = await place();
  await using a = await contender(here);
  await (await a.mutex.acquire()).release();
  a.fileSystem.fail({ verb: 'rename', code: 'ENOSPC', times: 2 });
  expect(await rejection(a.mutex.tryAcquire())).toMatchObject({ code: 'ERR_DISK_FULL' });
  expect(await rejection(a.mutex.tryAcquire())).toMatchObject({ code: 'ERR_DISK_FULL' });
  expect(token(here)).toEqual(['g1~free']);
  const hold = (await a.mutex.tryAcquire())!;
  expect(hold.generation).toBe(2);
  expect(await a.mutex.tryAcquire()).toBeNull();
  expect(await hold.release()).toBe(true);
  // Wrong use is told each time, too: it is not that somebody else has it.
  const wrong = { durableRoot: join(here.path, 'elsewhere'), platform: 'linux' } as const;
  await using b = await contender(here, undefined, wrong);
  for (const _ of [1, 2])
    expect(await rejection(b.mutex.tryAcquire())).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
});

test('a rename that was made and failed all the same is not made again for a look that is older', async () => {
  await using here = await place();
  await using a = await contender(here);
  await (await a.mutex.acquire()).release();
  a.fileSystem.fail({ verb: 'rename', code: 'EIO', when: 'after' });
  expect(await rejection(a.mutex.tryAcquire())).toMatchObject({ code: 'ERR_IO' });
  const [free, held] = ['g1~free', token(here)[0]!].map((name) => join(here.path, 'mutex', name));
  renameSync(held!, free!); // What a listing of before shows; when it is over, the token has the name it got.
  let isOlder = true;
  a.fileSystem.onCall = ({ path, to = path }) => {
    if (!isOlder || normalize(to) !== held) return;
    renameSync(free!, held);
    isOlder = false;
  };
  expect(await a.mutex.tryAcquire()).toBeNull();
  expect(isOlder).toBe(false);
  expect((await a.mutex.tryAcquire())!.generation).toBe(3);
});
