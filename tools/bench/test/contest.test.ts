import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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

test('what a turn begins with is not measured, and put in again', async () => {
  using directory = temporaryDirectory();
  // A microsecond for each message, save of one alone: the first of a turn.
  const program = `
    const { appendFileSync, writeSync } = require('node:fs');
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      appendFileSync(process.argv[1], line + '\\n');
      const count = Number(line.split(' ')[1]);
      const taken_us = count === 1 ? 1e9 : count;
      writeSync(3, JSON.stringify({ count, wall_us: taken_us, processor_us: taken_us }) + '\\n');
    });`;
  const log = join(directory.path, 'log');
  const start = (): Child => new Child(process.execPath, ['--eval', program, log]);
  const amounts = { rounds: 2, messages: 8, lead: 1 };
  const standings = await contest(directory.path, [{ name: 'ours', start, fills: true }], amounts);
  expect(standings).toMatchObject([{ slice: 4, cost_us: [1, 1], processor_us: [1, 1] }]);
  const asked = readFileSync(log, 'utf8').trim().split('\n');
  expect(asked.slice(-7)).toEqual(['fill 5', 'run 1', 'run 4', 'fill 5', 'run 1', 'run 4', 'fill 5']);
});
