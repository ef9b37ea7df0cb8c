import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { ReplayStep } from '../src/index.ts';
import { act, deadTasks, recordsOf } from './support/dead-tasks.ts';
import { all, dead, faulty, site } from './support-behaviour.ts';

const ALWAYS = { times: Number.POSITIVE_INFINITY };

function outcomes(steps: readonly ReplayStep[]): Record<string, string> {
  return Object.fromEntries(steps.map(({ messageId, outcome }) => [messageId, outcome]));
}

test.each([
  ['EIO', {}],
  ['EMFILE', {}],
  ['EIO', { force: true }],
])(
  'a message that cannot be read for now (%s, %j) is a failure of the replay, and no fault of the message; the others are replayed',
  async (code, options) => {
    await using place = await site();
    const fileSystem = faulty();
    const coder = await place.open('coder', { fileSystem });
    await deadTasks(coder, 3);
    const mend = fileSystem.fail({
      verb: 'read',
      path: /dlq.*_m-0001_.*(?<!\.reason)\.json$/,
      code,
      ...ALWAYS,
    });
    await expect(all(coder.operations.replay(options))).rejects.toMatchObject({ cause: { code } });
    const told: ReplayStep[] = [];
    const replaying = (async () => {
      for await (const step of coder.operations.replay({ ...options, dryRun: false })) told.push(step);
    })();
    await expect(replaying).rejects.toMatchObject({ cause: { code } });
    expect(outcomes(told)).toEqual({ 'm-0000': 'replayed', 'm-0002': 'replayed' });
    expect(await recordsOf(coder)).toMatchObject([{ tally: { replayed: 2, failed: 1 } }]);
    expect((await dead(coder)).map(({ entry }) => entry.messageId)).toEqual(['m-0001']);
    mend();
    expect(outcomes(await act(coder, options))).toEqual({ 'm-0001': 'replayed' });
  },
);

test.each(['EACCES', 'EPERM'])(
  'a message that may not be read (%s) would come back, which is said in the system’s words',
  async (code) => {
    await using place = await site();
    const fileSystem = faulty();
    const coder = await place.open('coder', { fileSystem });
    await deadTasks(coder, 1);
    fileSystem.fail({ verb: 'read', path: /dlq.*_m-0000_.*(?<!\.reason)\.json$/, code, ...ALWAYS });
    expect(await act(coder)).toMatchObject([
      {
        outcome: 'will_fail',
        detail: expect.stringMatching(new RegExp(`It still cannot be read: .*${code}`)),
      },
    ]);
    expect(await act(coder, { force: true })).toMatchObject([{ outcome: 'replayed' }]);
  },
);

test('of a message that is too large, a replay says how large it may be', async () => {
  await using place = await site();
  const coder = await place.open('coder');
  await coder.registerAgent('coder');
  await writeFile(place.at('inbox', 'coder', 'a.json'), ' '.repeat(1_048_577));
  await coder.work({ task_assignment: () => {} }, { untilEmpty: true }).done;
  expect(await all(coder.operations.replay())).toMatchObject([
    { outcome: 'will_fail', detail: expect.stringContaining('larger than 1048576 bytes') },
  ]);
});
