import { expect, test } from 'vitest';
import { Child } from '../src/child-process.ts';
import { contest, type Entrant } from '../src/contest.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** Each is asked six times while it gets warm, and then once in each round. */
const sizes = { rounds: 2, messages: 2 };

/** One that answers, and ends in an error at its n-th run; 0: never. */
function entrant(name: string, failsAt: number, excused?: (why: string) => void): Entrant {
  const program = `
    let runs = 0;
    require('node:readline').createInterface({ input: process.stdin }).on('line', () => {
      if (++runs === ${failsAt}) throw new TypeError('planted');
      require('node:fs').writeSync(3, JSON.stringify({ count: 1, wall_us: 1e6, processor_us: 1e6 }) + '\\n');
    });`;
  const start = (): Child => new Child(process.execPath, ['--eval', program]);
  return { name, start, fills: false, ...(excused === undefined ? {} : { excused }) };
}

const moments = [
  ['gets warm', 1],
  ['is measured', 7],
] as const;

test.each(moments)(
  'one that is excused and fails while it %s is out, and the others go on',
  async (_, at) => {
    using directory = temporaryDirectory();
    const told: string[] = [];
    const peer = entrant('peer', at, (why) => told.push(why));
    const standings = await contest(directory.path, [peer, entrant('ours', 0)], sizes);
    expect(standings.map(({ name, cost_us }) => [name, cost_us.length])).toEqual([['ours', 2]]);
    expect(told).toEqual([expect.stringContaining('TypeError: planted')]);
  },
);

test.each(moments)('one that is not excused and fails while it %s fails the contest', async (_, at) => {
  using directory = temporaryDirectory();
  const entrants = [entrant('first', 0), entrant('ours', at)];
  await expect(contest(directory.path, entrants, sizes)).rejects.toThrow('"ours" failed: TypeError: planted');
});
