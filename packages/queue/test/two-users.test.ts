import { chmodSync, chownSync, mkdirSync, readdirSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startChild, type Child } from './support/children.ts';
import { failOnLeaks } from './support/leaks.ts';
import { files, place } from './support/place.ts';

/*
 * Two users of one group who share a queue: each sends, handles, recovers, replays and cleans up what is the other's. Needs root, to
 * start processes as others.
 */

failOnLeaks();

const GROUP = 65_532;
const ALICE = 65_533;
const BOB = 65_534;
const isRoot = process.platform !== 'win32' && process.getuid?.() === 0;

function as(uid: number, root: string, access: 'owner' | 'group' = 'group'): Promise<Child> {
  const settings = { root, access, umask: 0o077, name: uid === ALICE ? 'alice' : 'bob' };
  return startChild('shared-user-program.ts', settings, { uid, gid: GROUP });
}

/** Tells a child what to do, and returns what came of it. */
async function ask(child: Child, what: string): Promise<unknown> {
  child.tell(what);
  return await child.next();
}

/** A place that both may use; its owner is neither. */
function makeShared(path: string): string {
  chmodSync(path, 0o711);
  const shared = join(path, 'shared');
  mkdirSync(shared);
  chownSync(shared, 0, GROUP);
  chmodSync(shared, 0o2770);
  return join(shared, 'messages');
}

test.skipIf(!isRoot)(
  'two users of one group work together on one queue (skipped where not run by root)',
  async () => {
    await using here = await place();
    const root = makeShared(here.path);
    await using alice = await as(ALICE, root);
    expect(await alice.next()).toBe('ready');
    await using bob = await as(BOB, root);
    expect(await bob.next()).toBe('ready');
    // Either handles, retries, gives up and replays what the other sent.
    for (const [one, other] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      expect(await ask(one, 'send 6')).toBe(6);
      expect(await ask(other, 'work')).toEqual({ handled: 6, dead: 1, errors: [] });
      expect(await ask(one, 'replay')).toBe(1);
      expect(await ask(other, 'work')).toEqual({ handled: 1, dead: 0, errors: [] });
      expect(await ask(one, 'pause')).toBe('paused');
      expect(await ask(other, 'resume')).toBe(true);
    }
    // Bob dies with a message in hand; Alice takes it back, and cleans up what is Bob's.
    expect(await ask(alice, 'send 1')).toBe(1);
    expect(await ask(bob, 'hold')).toBe('held');
    bob.kill('SIGKILL');
    expect(await bob.exited).toBe('SIGKILL');
    expect(await ask(alice, 'work')).toEqual({ handled: 1, dead: 0, errors: [] });
    expect(await ask(alice, 'retain')).toBe(13);
    expect(files(join(root, 'processed'))).toEqual([]);
    for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      const status = lstatSync(join(root, path));
      expect([path, status.gid, status.mode & 0o777]).toEqual([
        path,
        GROUP,
        status.isDirectory() ? 0o770 : 0o660,
      ]);
    }
    expect(await alice.end()).toBe(0);
  },
  120_000,
);

test.skipIf(!isRoot)(
  'without access for the group another user is kept out, and is told so (skipped where not run by root)',
  async () => {
    await using here = await place();
    const root = makeShared(here.path);
    await using alice = await as(ALICE, root, 'owner');
    expect(await alice.next()).toBe('ready');
    await using bob = await as(BOB, root, 'group');
    expect(await bob.next()).toBe('ERR_ROOT_UNUSABLE');
    expect(await alice.end()).toBe(0);
  },
  60_000,
);
