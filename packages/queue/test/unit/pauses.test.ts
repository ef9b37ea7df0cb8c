import { basename } from 'node:path';
import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { Pauses } from '../../src/file-store/pauses.ts';
import { fakeDisk } from './fake-disk.ts';

const AGENTS = Array.from({ length: 200 }, (_, index) => `agent-${index}`);

/** Switches over a directory that holds these names; `calls` are the names looked for, and `(list)` for each listing. */
function pausesOver(names: readonly string[], denied = false) {
  const clock = new ManualClock();
  const calls: string[] = [];
  const disk = fakeDisk(clock, {
    names() {
      calls.push('(list)');
      if (denied) throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
      return names;
    },
    find(path) {
      const name = basename(path);
      calls.push(name);
      return names.includes(name) ? { kind: 'file', size: 0, modified_ms: 0, mode: 0o600 } : null;
    },
  });
  return { pauses: new Pauses(disk), clock, calls };
}

function fail(): never {
  throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
}

async function pausedOf(pauses: Pauses): Promise<readonly string[]> {
  const paused: string[] = [];
  for (const agent of AGENTS) if (await pauses.isPaused(agent)) paused.push(agent);
  return paused;
}

test('where nobody is paused, one listing answers for all agents, for a tenth of a second', async () => {
  const { pauses, clock, calls } = pausesOver(['note.txt']);
  expect(await pausedOf(pauses)).toEqual([]);
  await clock.advance(99);
  expect(await pausedOf(pauses)).toEqual([]);
  expect(calls).toEqual(['(list)']);
  await clock.advance(1);
  expect(await pausedOf(pauses)).toEqual([]);
  expect(calls).toEqual(['(list)', '(list)']);
});

test('one switch pauses one agent, among any number of other names', async () => {
  for (const others of [0, 1_000]) {
    const junk = Array.from({ length: others }, (_, index) => `junk-${index}`);
    const { pauses } = pausesOver([...junk, 'agent~agent-7.json']);
    expect(await pausedOf(pauses)).toEqual(['agent-7']);
  }
});

test('a crowded directory is not listed again and again', async () => {
  const { pauses, clock, calls } = pausesOver(Array.from({ length: 1_000 }, (_, index) => `junk-${index}`));
  for (let second = 0; second < 10; second += 1) {
    expect(await pausedOf(pauses)).toEqual([]);
    await clock.advance(999);
  }
  expect(calls.filter((call) => call === '(list)')).toHaveLength(1);
});

test('switches that may not be listed are looked for', async () => {
  const { pauses } = pausesOver(['all.json'], true);
  expect(await pausedOf(pauses)).toEqual(AGENTS);
  const { pauses: none } = pausesOver([], true);
  expect(await pausedOf(none)).toEqual([]);
});

test('that a switch cannot be looked for is an error, not an answer', async () => {
  const clock = new ManualClock();
  const pauses = new Pauses(fakeDisk(clock, { names: fail, find: fail }));
  await expect(Promise.resolve(pauses.isPaused('agent-0'))).rejects.toMatchObject({ code: 'ERR_IO' });
});
