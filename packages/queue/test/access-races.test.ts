import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { FileSystemCall } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { faulty, site } from './support-behaviour.ts';

const SKELETON = ['.', 'inbox', 'outbox', 'locks', 'dlq', 'processed', 'journal', 'tmp', 'locks/owners'];

/** What changes something that the other sees, or looks at what the other has changed. */
function isInteresting({ verb, path }: FileSystemCall): boolean {
  if (['createDirectory', 'rename', 'changeMode', 'list', 'read'].includes(verb)) return true;
  return ['status', 'find'].includes(verb) && /(?:layout\.json|paused)$/.test(path);
}

/**
 * One opens a new root, and after `at` of its calls another one opens it, start to end: one of the two for the group, the other
 * without a word. Null where the first was done before; else what the group cannot use afterwards.
 */
async function interleave(first: 'group' | undefined, at: number): Promise<string[] | null> {
  await using place = await site();
  const fileSystem = faulty();
  let calls = 0;
  let isOpened = false;
  // Whoever finds it complete does not make it, and so follows what it was made for, whatever was asked for.
  let hasBegun = first === undefined;
  const second = first === undefined ? ({ access: 'group' } as const) : {};
  fileSystem.onCall = async (call) => {
    hasBegun ||= call.verb === 'createDirectory';
    if (!hasBegun || isOpened || !isInteresting(call) || (calls += 1) <= at) return;
    if (existsSync(place.at('layout.json'))) return;
    isOpened = true;
    await (await place.open('second', second)).registerAgent('second');
  };
  const queue = await place.open('first', {
    fileSystem,
    ...(first === undefined ? {} : { access: first }),
  });
  if (!isOpened) return null;
  await queue.registerAgent('first');
  const third = await place.open('third');
  await third.registerAgent('third');
  const closed: string[] = [];
  for (const path of [...SKELETON, 'inbox/first', 'inbox/third', 'layout.json']) {
    const found = await stat(place.at(path));
    const wanted = found.isDirectory() ? 0o770 : 0o660;
    if ((found.mode & 0o777) !== wanted) closed.push(`${path} ${(found.mode & 0o777).toString(8)}`);
  }
  return closed;
}

test.for([
  { name: 'one that was told nothing', first: undefined },
  { name: 'one that opens it for the group', first: 'group' },
] as const)(
  'a new root that two open at once, one of them for the group, is the group’s, however they take turns; the first: $name',
  { timeout: 60_000 },
  async ({ first }, { skip }) => {
    skip(process.platform === 'win32', 'Windows has no permission bits');
    const closed: Record<number, string[]> = {};
    let turns = 0;
    for (let at = 0; ; at += 1) {
      const found = await interleave(first, at);
      if (found === null) break;
      if (found.length > 0) closed[at] = found;
      turns += 1;
    }
    expect(closed).toEqual({});
    expect(turns).toBeGreaterThan(15);
  },
);
