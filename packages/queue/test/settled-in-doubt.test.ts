import { reject, type QueueEventMap } from '@tapps-agents/queue';
import { expect, test } from 'vitest';
import type { FaultRule } from '@tapps-agents/fs-atomic/testing';
import { drop } from './support/messages.ts';
import { dead, entries, event, eventsOf, faulty, names, site, task, type Site } from './support-behaviour.ts';

/*
 * A settling whose rename was made has settled the message, also where the flush after it failed: nobody is told to try again, or
 * that somebody else has it.
 */

/** The directory that a message is moved to; a quarantine has flushed the dead letters' once before, with the reason. */
const UNFLUSHED = {
  ledger: { verb: 'syncDirectory', path: '/processed/inbox/coder/w/t', code: 'EIO' },
  dead: { verb: 'syncDirectory', path: /\/dlq\/inbox\/coder$/, nth: 2, code: 'EIO' },
} as const satisfies Record<string, FaultRule>;

/** A queue on a file system that can be made to fail, and what it says. */
async function coderQueue(place: Site) {
  const fileSystem = faulty();
  const mq = await place.open('coder', { ackDurability: 'full', fileSystem });
  await mq.registerAgent('coder');
  const told = (name: keyof QueueEventMap) => eventsOf(mq, name);
  return { mq, fileSystem, errors: told('error'), lost: told('lease_lost'), told };
}

const FINISHED = { code: 'ERR_SYNC_FAILED', message: expect.stringMatching(/^Message m is finished, .*EIO/) };
const QUARANTINED = {
  code: 'ERR_SYNC_FAILED',
  message: expect.stringMatching(/^Message m is quarantined, and lies in dlq\/inbox\/coder\/.*EIO/),
};

test.each([false, true])(
  'by hand (detached: %s), an acknowledgement that is not flushed is one',
  async (detached) => {
    await using place = await site();
    const { mq, fileSystem, lost, told } = await coderQueue(place);
    const acked = told('acked');
    await mq.send(task({ message_id: 'm' }));
    await using receiver = mq.receive({ detached });
    const { value: delivery } = await receiver.next();
    fileSystem.fail(UNFLUSHED.ledger);
    await expect(delivery!.ack()).rejects.toMatchObject(FINISHED);
    expect(delivery!.signal.aborted).toBe(true);
    expect(acked).toMatchObject([{ messageId: 'm' }]);
    await expect(delivery!.ack()).rejects.toMatchObject({ code: 'ERR_SETTLED' });
    expect(await entries(mq, 'processed')).toMatchObject([{ messageId: 'm' }]);
    expect(lost).toEqual([]);
    if (detached) expect(await names(place.at('locks', 'owners'))).toEqual([]); // Its owner holds nothing any more.
  },
);

test('by hand, a rejection that is not flushed is one; of one that was not made another way is open', async () => {
  await using place = await site();
  const { mq, fileSystem, lost, told } = await coderQueue(place);
  const quarantined = told('quarantined');
  await mq.send(task({ message_id: 'm' }));
  await using receiver = mq.receive();
  const { value: delivery } = await receiver.next();
  fileSystem.fail({ ...UNFLUSHED.dead, nth: 1 }); // Of the reason: the message is not moved.
  await expect(delivery!.reject('no')).rejects.toMatchObject({ code: 'ERR_SYNC_FAILED' });
  expect(delivery!.signal.aborted).toBe(false);
  expect(await dead(mq)).toEqual([]);
  fileSystem.fail(UNFLUSHED.dead);
  await expect(delivery!.reject('no')).rejects.toMatchObject(QUARANTINED);
  await expect(delivery!.reject('no')).rejects.toMatchObject({ code: 'ERR_SETTLED' });
  const letters = await dead(mq);
  expect(letters).toMatchObject([{ reason: { code: 'rejected', reason: 'no' } }]);
  expect(quarantined).toMatchObject([{ messageId: 'm', entryId: letters[0]!.entry.entryId }]);
  expect(lost).toEqual([]);
});

test('a dead letter whose reason cannot be looked for is one', async () => {
  await using place = await site();
  const { mq, fileSystem } = await coderQueue(place);
  await mq.send(task({ message_id: 'm' }));
  await using receiver = mq.receive();
  const { value: delivery } = await receiver.next();
  fileSystem.fail({ verb: 'status', path: /\.reason\.json$/, code: 'EIO' });
  await expect(delivery!.reject('no')).rejects.toMatchObject({ ...QUARANTINED, code: 'ERR_IO' });
  await expect(delivery!.ack()).rejects.toMatchObject({ code: 'ERR_SETTLED' });
  expect(await dead(mq)).toHaveLength(1);
});

test.each([
  ['that returns', UNFLUSHED.ledger, 'acked', FINISHED, () => ({})],
  ['that rejects', UNFLUSHED.dead, 'quarantined', QUARANTINED, () => reject('no')],
  ['that fails', UNFLUSHED.dead, 'quarantined', QUARANTINED, () => Promise.reject(new Error('no'))],
] as const)(
  'a handler %s runs once, and the fault is reported once',
  async (_, rule, name, error, result) => {
    await using place = await site();
    const { mq, fileSystem, errors, lost, told } = await coderQueue(place);
    const settled = told(name);
    await mq.send(task({ message_id: 'm' }));
    fileSystem.fail(rule);
    let runs = 0;
    const handler = () => {
      runs += 1;
      return result();
    };
    await mq.work({ task_assignment: handler }, { untilEmpty: true }).done;
    expect(runs).toBe(1);
    expect(errors).toMatchObject([error]);
    expect(settled).toMatchObject([{ messageId: 'm' }]);
    expect(lost).toEqual([]);
  },
);

test('a copy that is finished as a duplicate, and one that nobody can read, are settled too', async () => {
  await using place = await site();
  const { mq, fileSystem, errors, lost, told } = await coderQueue(place);
  const [duplicates, quarantined] = [told('duplicate'), told('quarantined')];
  const work = async () => await mq.work({ task_assignment: () => {} }, { untilEmpty: true }).done;
  await mq.send(task({ message_id: 'm' }));
  await work();
  await mq.send(task({ message_id: 'm' }));
  fileSystem.fail(UNFLUSHED.ledger);
  await work();
  expect(errors).toMatchObject([FINISHED]);
  expect(duplicates).toMatchObject([{ messageId: 'm' }]);
  drop(place.root, 'inbox/coder/other.json', 'no JSON');
  fileSystem.fail(UNFLUSHED.dead);
  await work();
  expect(errors).toMatchObject([FINISHED, { code: 'ERR_SYNC_FAILED' }]);
  expect(quarantined).toMatchObject([{ code: 'not_json' }]);
  expect(lost).toEqual([]);
});

test('a request has its answer, and the fault is reported', async () => {
  await using place = await site();
  const { mq, fileSystem, errors } = await coderQueue(place);
  const asking = await place.open('asking', { ackDurability: 'full', fileSystem });
  const fault = event(asking, 'error');
  fileSystem.fail({ verb: 'syncDirectory', path: '/processed/outbox/coder/w/t', code: 'EIO' });
  const worker = mq.work({ task_assignment: () => ({ output: { done: true } }) });
  expect(await asking.request(task(), { timeout: '20s' })).toMatchObject({
    results: { output: { done: true } },
  });
  expect(await fault).toMatchObject({
    code: 'ERR_SYNC_FAILED',
    message: expect.stringContaining('is finished'),
  });
  await worker.stop();
  expect(errors).toEqual([]);
});
