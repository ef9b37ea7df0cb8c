import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFileSystem } from '@tapps-agents/fs-atomic';
import { ManualClock, temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { FileBoxReader } from '../../src/file-store/box-reader.ts';
import { Layout } from '../../src/file-store/layout.ts';
import { Losses } from '../../src/file-store/losses.ts';
import { formatReady, newName } from '../../src/file-store/names.ts';
import { Sessions } from '../../src/file-store/sessions.ts';
import { fakeDisk } from './fake-disk.ts';

test('one claim that is lost makes wary until eight were won, and further from the front', () => {
  const losses = new Losses();
  expect(losses.isWary).toBe(false);
  losses.decided(false);
  const { spread } = losses;
  expect(spread).toBeGreaterThan(0);
  for (let won = 0; won < 8; won += 1) {
    expect(losses.isWary).toBe(true);
    losses.decided(true);
  }
  expect(losses.isWary).toBe(false);
  expect(losses.spread).toBeLessThan(spread);
});

test('what was spent on names that are gone outweighs a listing at last, and counts from the last one', () => {
  const losses = new Losses();
  for (let claim = 0; claim < 10; claim += 1) losses.decided(false);
  expect(losses.outweigh(1)).toBe(true);
  expect(losses.outweigh(10)).toBe(false);
  losses.listing();
  expect(losses.outweigh(0)).toBe(false);
  losses.foundGone();
  expect(losses.outweigh(0.01)).toBe(true);
});

test('of a hundred names that rivals took one claim is lost, and the rest is claimed whole', async () => {
  await using directory = await temporaryDirectory();
  const clock = new ManualClock();
  const inner = nodeFileSystem();
  let claims = 0;
  const disk = {
    ...fakeDisk(clock, {}),
    layout: new Layout(directory.path),
    random: () => 0,
    fileSystem: {
      ...inner,
      rename: (from: string, to: string) => {
        claims += 1;
        return inner.rename(from, to);
      },
    },
  };
  const box = { kind: 'inbox', agentId: 'a' } as const;
  mkdirSync(disk.layout.box(box), { recursive: true });
  const paths = Array.from({ length: 120 }, (_, index) => {
    const name = newName({ id: `m${index}`, type: 't', createdAt_ms: 1_000_000 + index, priority: 'medium' });
    return join(disk.layout.box(box), formatReady(name));
  });
  for (const path of paths) writeFileSync(path, '{}');
  const sessions = new Sessions(disk, 3_600_000, 'a', (error) => {
    throw error;
  });
  const reader = new FileBoxReader(disk, sessions, box, {});
  const claim = async (): Promise<string | null> => {
    const result = await reader.claim();
    return result.kind === 'claimed' ? result.claimed.entry.messageId : null;
  };
  expect(await claim()).toBe('m0');
  for (const path of paths.slice(1, 101)) rmSync(path);
  const rest: (string | null)[] = [];
  for (let at = 0; at < 19; at += 1) rest.push(await claim());
  expect(rest).toEqual(Array.from({ length: 19 }, (_, at) => `m${101 + at}`));
  expect(claims).toBe(21);
  await sessions.close();
});
