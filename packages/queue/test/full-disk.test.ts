import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMessage } from '@tapps-agents/contracts';
import { FaultyFileSystem, ManualClock, type FaultRule } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { openQueue, reject, type Queue, type Verdict } from '../src/index.ts';
import { failOnLeaks } from './support/leaks.ts';
import { counts, drop, task } from './support/messages.ts';
import { files, place, type Place } from './support/place.ts';
import { rejection } from './support/rejection.ts';
import { collectUntilEmpty, workUntilEmpty } from './support/work.ts';
import { all, faulty, run } from './support-behaviour.ts';

failOnLeaks();

const ALWAYS = { times: Number.POSITIVE_INFINITY };
const BIG = 'x'.repeat(100_000);

async function coderQueue(
  here: Place,
  fileSystem = new FaultyFileSystem(),
  clock?: ManualClock,
): Promise<{ mq: Queue; fileSystem: FaultyFileSystem; errors: unknown[] }> {
  const clocked = clock === undefined ? {} : { clock };
  const mq = await openQueue({ root: here.root, agent: 'coder', retention: false, fileSystem, ...clocked });
  await mq.registerAgent('coder');
  const errors: unknown[] = [];
  mq.events.on('error', (error) => void errors.push(error));
  return { mq, fileSystem, errors };
}

const TMP = 'messages/tmp/';

const FAULTS: readonly [string, string, FaultRule][] = [
  ['no room for a new file', 'ERR_DISK_FULL', { verb: 'create', path: TMP, code: 'ENOSPC' }],
  ['no room in the middle of the file', 'ERR_DISK_FULL', { verb: 'write', nth: 2, code: 'ENOSPC' }],
  ['no room when it is flushed', 'ERR_DISK_FULL', { verb: 'sync', path: TMP, code: 'ENOSPC' }],
  ['a quota that shows at the close', 'ERR_DISK_FULL', { verb: 'close', path: TMP, code: 'EDQUOT' }],
  ['no room for the new name', 'ERR_DISK_FULL', { verb: 'rename', path: 'inbox/coder', code: 'ENOSPC' }],
  [
    'an inbox that must not be written to',
    'ERR_ACCESS_DENIED',
    { verb: 'rename', path: 'inbox/coder', code: 'EACCES' },
  ],
  ['a tmp/ that must not be written to', 'ERR_ACCESS_DENIED', { verb: 'create', path: TMP, code: 'EACCES' }],
  ['a read-only file system', 'ERR_ACCESS_DENIED', { verb: 'create', path: TMP, code: 'EROFS' }],
  ['a disk that fails', 'ERR_IO', { verb: 'write', code: 'EIO' }],
  ['a flush that fails', 'ERR_SYNC_FAILED', { verb: 'sync', path: TMP, code: 'EIO' }],
];

test.each(FAULTS)(
  'send on %s: fails with %s, leaves nothing, and works afterwards',
  async (_, code, rule) => {
    await using here = await place();
    const clock = new ManualClock();
    const { mq, fileSystem } = await coderQueue(here, faulty(), clock);
    await using _mq = mq;
    await mq.send(task({ message_id: 'before' }));
    const inbox = files(join(here.root, 'inbox'));
    fileSystem.shortenWrites(50_000);
    const message = task({ message_id: 'big', inputs: { parameters: { big: BIG } } });

    // On Windows, what may not be renamed may only be busy, and is tried again for a while.
    const mend = fileSystem.fail({ ...rule, times: rule.code === 'EACCES' ? Number.POSITIVE_INFINITY : 3 });
    const error = await rejection(run(clock, mq.send(message)));
    expect(error).toMatchObject({
      name: 'FsAtomicError',
      code,
      path: expect.stringContaining(join('inbox', 'coder')),
    });
    expect((error as Error).message).toMatch(/inbox[\\/]coder.*\. [A-Z].*\.$/s); // On what, and what to do.
    expect(await rejection(run(clock, mq.sendMany([message, message, task()])))).toMatchObject({ code });
    mend();
    expect(files(join(here.root, 'inbox'))).toEqual(inbox);
    expect(files(join(here.root, 'tmp'))).toEqual([]);

    const sent = await mq.send(message);
    expect(sent).toMatchObject({ messageId: 'big', durability: 'full' });
    for (const name of files(join(here.root, 'inbox')))
      expect(() => parseMessage(readFileSync(join(here.root, 'inbox', name)))).not.toThrow();
    expect((await run(clock, workUntilEmpty(mq))).toSorted()).toEqual(['before', 'big']);
  },
);

test('no room for the results of a task: it is not lost, not blamed, and done again when there is room', async () => {
  await using here = await place();
  const clock = new ManualClock();
  const { mq, fileSystem, errors } = await coderQueue(here, undefined, clock);
  await using _mq = mq;
  await mq.send(task({ message_id: 'm' })); // max_retries 0: one failure of the handler would be the end.
  const mend = fileSystem.fail({ verb: 'create', path: 'messages/tmp/', code: 'ENOSPC', ...ALWAYS });
  const seen: [deliveries: number, failures: number][] = [];
  await run(
    clock,
    workUntilEmpty(mq, {
      task_assignment: (_, { deliveries, failures }) => {
        seen.push([deliveries, failures]);
        if (deliveries === 12) mend();
        return { output_files: ['done'] };
      },
    }),
  );
  expect(seen).toEqual(Array.from({ length: 12 }, (_, index) => [index + 1, 0]));
  expect(errors.length).toBe(11);
  for (const error of errors) expect(error).toMatchObject({ code: 'ERR_DISK_FULL' });
  expect(await counts(mq)).toEqual({ ready: 1, delayed: 0, leased: 0, dead: 0, unadopted: 0 });
  expect(await run(clock, collectUntilEmpty(mq))).toMatchObject([{ status: 'completed' }]);
});

test.each(['rename', 'touch'] as const)(
  'an acknowledgement whose %s fails: the message comes again, its answer only once',
  async (verb) => {
    await using here = await place();
    const clock = new ManualClock();
    const { mq, fileSystem, errors } = await coderQueue(here, undefined, clock);
    await using _mq = mq;
    await mq.send(task({ message_id: 'm' }));
    fileSystem.fail({ verb, path: verb === 'rename' ? 'processed/' : 'locks/inbox', code: 'EIO' });
    expect(await run(clock, workUntilEmpty(mq))).toEqual(['m', 'm']);
    expect(errors).toHaveLength(1);
    expect(await run(clock, collectUntilEmpty(mq))).toHaveLength(1);
    expect(files(join(here.root, 'processed/inbox/coder/w/t'))).toEqual(['m.json']);
  },
);

test('no room for the reason of a bad message: it waits, and is quarantined when there is room', async () => {
  await using here = await place();
  const clock = new ManualClock();
  const { mq, fileSystem, errors } = await coderQueue(here, undefined, clock);
  await using _mq = mq;
  drop(here.root, 'inbox/coder/bad.json', 'bad');
  await mq.send(task({ message_id: 'good' }), { durability: 'none' });
  fileSystem.fail({ verb: 'create', path: 'messages/tmp/', code: 'ENOSPC', times: 8 });
  expect(new Set(await run(clock, workUntilEmpty(mq)))).toEqual(new Set(['good']));
  expect(errors.length).toBe(8);
  expect(await counts(mq)).toMatchObject({ leased: 0, dead: 1 });
  for await (const { reason } of mq.operations.deadLetters()) expect(reason?.code).toBe('not_json');
  expect(files(join(here.root, 'tmp'))).toEqual([]);
});

test('no room for the record of a failure: it is counted all the same, and tried again', async () => {
  await using here = await place();
  const clock = new ManualClock();
  const { mq, fileSystem, errors } = await coderQueue(here, undefined, clock);
  await using _mq = mq;
  await mq.send(task({ message_id: 'm', retry_policy: { max_retries: 1 } }));
  fileSystem.fail({ verb: 'create', path: 'messages/tmp/', code: 'ENOSPC' });
  const seen: number[] = [];
  await run(
    clock,
    workUntilEmpty(mq, {
      task_assignment: (_, { failures }) => {
        seen.push(failures);
        if (seen.length < 2) throw new Error('not yet');
      },
    }),
  );
  expect(seen).toEqual([0, 1]);
  expect(errors).toMatchObject([{ code: 'ERR_DISK_FULL' }]);
});

test.each([
  ['fails', () => Promise.reject(new Error('no'))],
  ['rejects', () => reject('no')],
] as const)(
  'no room to give a message up whose handler %s: it is not handled again, and given up when there is room',
  async (_what, answer) => {
    await using here = await place();
    const clock = new ManualClock();
    const { mq, fileSystem } = await coderQueue(here, undefined, clock);
    await using _mq = mq;
    await mq.send(task({ message_id: 'm', retry_policy: { max_retries: 0 } }));
    const mend = fileSystem.fail({ verb: 'create', path: 'messages/tmp/', code: 'ENOSPC', ...ALWAYS });
    let runs = 0;
    let refusals = 0;
    mq.events.on('error', () => {
      refusals += 1;
      if (refusals === 5) mend();
    });
    const handler = (): Promise<never> | Verdict => {
      runs += 1;
      return answer();
    };
    await run(clock, workUntilEmpty(mq, { task_assignment: handler }));
    expect(runs).toBe(1);
    expect(await counts(mq)).toMatchObject({ leased: 0, dead: 1 });
    for await (const { reason } of mq.operations.deadLetters()) expect(reason?.code).toBe('exhausted');
  },
);

test('a session that cannot be opened is reported, and opened later', async () => {
  await using here = await place();
  const { mq, fileSystem, errors } = await coderQueue(here);
  await using _mq = mq;
  await mq.send(task({ message_id: 'm' }));
  fileSystem.fail({ verb: 'create', path: 'locks/owners', code: 'ENOSPC', times: 2 });
  const reported = once(mq.events, 'error');
  expect(await workUntilEmpty(mq)).toEqual(['m']);
  expect((await reported)[0]).toMatchObject({ code: 'ERR_DISK_FULL' });
  expect(errors.length).toBe(2);
});

test('no room for a session, nor for a mutex: retention makes room all the same', async () => {
  await using here = await place();
  const retention = { processedMaxAge: 1, interval: '365d' } as const;
  const fileSystem = new FaultyFileSystem();
  await using before = await openQueue({ root: here.root, agent: 'coder', retention });
  await before.registerAgent('coder');
  await before.send(task({ message_id: 'old' }));
  expect(await workUntilEmpty(before)).toEqual(['old']);
  await before.close();

  await using mq = await openQueue({ root: here.root, agent: 'coder', retention, fileSystem });
  const mend = fileSystem.fail({ verb: 'create', code: 'ENOSPC', ...ALWAYS });
  expect(await mq.operations.retain()).toMatchObject({ processed: 1 });
  expect(files(join(here.root, 'processed'))).toEqual([]);
  // Nothing is left that could go, so somebody else has to make room.
  expect(await rejection(mq.operations.retain())).toMatchObject({ code: 'ERR_DISK_FULL' });
  mend();
  expect(await mq.operations.retain()).toMatchObject({ processed: 0 });
});

test('no room for a session: dead letters that are older than somebody asked for make room, others stay', async () => {
  await using here = await place();
  const fileSystem = new FaultyFileSystem();
  await using before = await openQueue({ root: here.root, agent: 'coder', retention: false });
  await before.registerAgent('coder');
  await before.send(task({ message_id: 'dead' }));
  await workUntilEmpty(before, { task_assignment: () => reject('no') });
  await before.close();

  await using mq = await openQueue({ root: here.root, agent: 'coder', retention: false, fileSystem });
  fileSystem.fail({ verb: 'create', code: 'ENOSPC', ...ALWAYS });
  expect(await rejection(mq.operations.retain())).toMatchObject({ code: 'ERR_DISK_FULL' });
  expect(files(join(here.root, 'dlq'))).toHaveLength(2);
  expect(await mq.operations.retain({ deadMaxAge: 0 })).toMatchObject({ dead: 1, failed: 0 });
  expect(files(join(here.root, 'dlq'))).toEqual([]);
});

const INBOX = { kind: 'inbox', agentId: 'coder' } as const;
const THREE_PARTS = 1_001; // The least: of an operation's parts each has 500.

/** A queue with so many waiting messages, on a disk that has just become full. */
async function fullOf(here: Place, count: number): Promise<{ mq: Queue; makeRoom: () => void }> {
  const { mq, fileSystem } = await coderQueue(here);
  const ids = Array.from({ length: count }, (_, index) => `m${index}`);
  await mq.sendMany(
    ids.map((id) => task({ message_id: id })),
    { durability: 'none' },
  );
  return { mq, makeRoom: fileSystem.fail({ verb: 'create', code: 'ENOSPC', ...ALWAYS }) };
}

test('a purge empties the box that fills the disk, and writes down which once that has made room', async () => {
  await using here = await place();
  const { mq, makeRoom } = await fullOf(here, THREE_PARTS);
  await using _mq = mq;
  const removed = new Set<string | null>();
  let unrecorded: unknown = null;
  for await (const { messageId, outcome } of mq.operations.purge({
    box: INBOX,
    state: 'ready',
    dryRun: false,
    onUnrecorded: (error) => void (unrecorded = error),
  })) {
    expect(outcome).toBe('purged');
    removed.add(messageId);
    if (removed.size === 650) makeRoom(); // In the middle of the second part of three.
  }
  expect([removed.size, unrecorded]).toEqual([THREE_PARTS, null]);
  expect(files(join(here.root, 'inbox'))).toEqual([]);
  const logged = new Set<string | null>();
  for await (const record of mq.operations.log()) {
    expect(record).toMatchObject({ total: THREE_PARTS, parts: 3, tally: { purged: THREE_PARTS } });
    expect(record.endedAt).not.toBeNull();
    for await (const { messageId } of mq.operations.logged(record.id)) logged.add(messageId);
  }
  expect(logged).toEqual(removed);
});

test('a purge that is left in its middle on a full disk is recorded as far as it came, if there is room', async () => {
  await using here = await place();
  const { mq, makeRoom } = await fullOf(here, THREE_PARTS);
  await using _mq = mq;
  let count = 0;
  for await (const _ of mq.operations.purge({ box: INBOX, state: 'ready', dryRun: false })) {
    count += 1;
    if (count === 100) makeRoom();
    if (count === 250) break;
  }
  const [record, ...others] = await all(mq.operations.log());
  expect(others).toEqual([]);
  // The parts in hand and ahead; of the third nothing was removed.
  expect(record).toMatchObject({ endedAt: null, total: THREE_PARTS, parts: 2, tally: { purged: 300 } });
  expect(await all(mq.operations.logged(record?.id ?? ''))).toHaveLength(1_000);
  expect(files(join(here.root, 'inbox'))).toHaveLength(THREE_PARTS - 300);
});

test('a purge of a disk that stays full removes all the same, and says that its record is missing', async () => {
  await using here = await place();
  const { mq } = await fullOf(here, 120);
  await using _mq = mq;
  let unrecorded: unknown = null;
  const kept: string[] = [];
  const steps = mq.operations.purge({
    box: INBOX,
    state: 'ready',
    dryRun: false,
    keep: async (set) => {
      for await (const { name } of set) kept.push(name);
      expect(files(join(here.root, 'inbox'))).toHaveLength(120);
    },
    onUnrecorded: (error) => void (unrecorded = error),
  });
  expect(await all(steps)).toHaveLength(120);
  expect(kept).toHaveLength(120);
  expect(unrecorded).toMatchObject({ code: 'ERR_DISK_FULL' });
  expect(files(join(here.root, 'inbox'))).toEqual([]);
  expect(files(join(here.root, 'tmp'))).toEqual([]);
  expect(await all(mq.operations.log())).toEqual([]);
});
