import { expect, test } from 'vitest';
import { useVictims } from './support/victims.ts';

const { attempt } = useVictims();

test(
  'every call is killed at, before and after, and every write in its middle',
  { timeout: 120_000 },
  async () => {
    const { calls, runs, killed, broken } = await attempt('publish', {});
    expect(broken).toEqual([]);
    expect(calls.map(({ verb }) => verb)).toEqual(
      expect.arrayContaining(['create', 'write', 'sync', 'rename']),
    );
    expect(calls.map(({ call }) => call)).toEqual(calls.map((_, index) => index + 1));
    const writes = calls.filter(({ verb }) => verb === 'write').length;
    expect({ runs, killed }).toEqual({
      runs: 2 * calls.length + writes + 1,
      killed: 2 * calls.length + writes,
    });
  },
);
