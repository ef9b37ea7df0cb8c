import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFileSystem } from '@tapps-agents/fs-atomic';
import { ManualClock, temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { FileBoxReader } from '../../src/file-store/box-reader.ts';
import { Layout } from '../../src/file-store/layout.ts';
import { formatReady, newName } from '../../src/file-store/names.ts';
import { Sessions } from '../../src/file-store/sessions.ts';
import { fakeDisk } from './fake-disk.ts';
import type { ClaimFilter } from '../../src/claim.ts';
import type { Priority } from '../../src/stored-message.ts';

const PRIORITIES: readonly Priority[] = ['low', 'high', 'medium'];

/** The ids of what a reader that keeps two names of each priority claims of 21 messages, of which `m<index>` contains its index. */
async function claimAll(filter: ClaimFilter): Promise<(string | null)[]> {
  await using directory = await temporaryDirectory();
  const disk = {
    layout: new Layout(directory.path),
    fileSystem: nodeFileSystem(),
    clock: new ManualClock(),
    fileMode: 0o600,
    directoryMode: 0o700,
    maxMessageBytes: 1_000,
    random: () => 0.5,
    longTypes: new Map<string, string>(),
  };
  const box = { kind: 'inbox', agentId: 'a' } as const;
  mkdirSync(disk.layout.box(box), { recursive: true });
  for (let index = 0; index < 21; index += 1) {
    const priority = PRIORITIES[index % 3] ?? 'medium';
    const name = newName({ id: `m${index}`, type: 't', createdAt_ms: 1_000_000 + index, priority });
    writeFileSync(join(disk.layout.box(box), formatReady(name)), String(index));
  }
  const sessions = new Sessions(disk, 3_600_000, 'a', (error) => {
    throw error;
  });
  const claimed: (string | null)[] = [];
  try {
    const reader = new FileBoxReader(disk, sessions, box, filter, {}, 2);
    for (let result = await reader.claim(); result.kind === 'claimed'; result = await reader.claim())
      claimed.push(result.claimed.entry.messageId);
  } finally {
    await sessions.close();
  }
  return claimed;
}

/** The ids of the seven messages from this one on that have its priority. */
function likeFirst(first: number): string[] {
  return Array.from({ length: 7 }, (_, index) => `m${first + 3 * index}`);
}

test('a box with more than a listing keeps is claimed whole, and in order', async () => {
  expect(await claimAll({})).toEqual([...likeFirst(1), ...likeFirst(2), ...likeFirst(0)]);
});

function wants(bytes: Uint8Array): boolean {
  return ['18', '19', '20'].includes(new TextDecoder().decode(bytes));
}

test('what is wanted is found behind more than a listing keeps of what is not', async () => {
  expect(await claimAll({ wants })).toEqual(['m19', 'm20', 'm18']);
});

test('a look at a box in which nothing has changed is one call; a hint makes it a listing', async () => {
  await using directory = await temporaryDirectory();
  const clock = new ManualClock();
  const calls: string[] = [];
  const inner = nodeFileSystem();
  const counting = {
    ...inner,
    list: (path: string) => {
      calls.push('list');
      return inner.list(path);
    },
    find: (path: string) => {
      calls.push('find');
      return inner.find?.(path) ?? null;
    },
  };
  const disk = { ...fakeDisk(clock, {}), layout: new Layout(directory.path), fileSystem: counting };
  const box = { kind: 'inbox', agentId: 'a' } as const;
  mkdirSync(disk.layout.box(box), { recursive: true });
  const sessions = new Sessions(disk, 3_600_000, 'a', (error) => {
    throw error;
  });
  const reader = new FileBoxReader(disk, sessions, box, {});
  const nothing = { kind: 'empty', nextReadyAt_ms: null };
  expect(await reader.claim()).toEqual(nothing);
  await clock.advance(2_500); // Beyond the granularity of a directory's times.
  expect(await reader.claim()).toEqual(nothing);
  calls.length = 0;
  expect(await reader.claim()).toEqual(nothing);
  expect(await reader.claim()).toEqual(nothing);
  expect(calls).toEqual(['find', 'find']);
  reader.refresh();
  expect(await reader.claim()).toEqual(nothing);
  expect(calls).toContain('list');
  const name = newName({ id: 'late', type: 't', createdAt_ms: 1_000_000, priority: 'medium' });
  writeFileSync(join(disk.layout.box(box), formatReady(name)), '{}');
  await clock.advance(2_500);
  const found = await reader.claim();
  expect(found.kind === 'claimed' && found.claimed.entry.messageId).toBe('late');
  await sessions.close();
});
