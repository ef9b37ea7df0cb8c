import { join } from 'node:path';
import { FaultyFileSystem, ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { openQueue } from '../../src/index.ts';
import { removedOnReadError } from '../support/faults-of-others.ts';
import { run } from '../support-behaviour.ts';
import { failOnLeaks } from '../support/leaks.ts';
import { drop, task, taskText } from '../support/messages.ts';
import { files, place } from '../support/place.ts';
import { workUntilEmpty } from '../support/work.ts';

/*
 * Elsewhere, whatever went wrong while a message was read was taken for a bad message, which was then removed: an error of the
 * disk that passed a moment later had cost it.
 *
 * Here nothing is ever removed for its content, and an error says nothing about the content: the message goes back, its
 * delivery uncounted, and is read again. Only one that nobody lets us read for several looks becomes a dead letter, whole,
 * to be replayed once it may be read.
 */

failOnLeaks();

const PASSING = ['EIO', 'EACCES', 'EPERM', 'EBUSY', 'EMFILE', 'ENFILE', 'ESTALE', 'ETIMEDOUT', 'ENOMEM'];

test.each(PASSING)(
  '%s in reading messages, for three looks: none is removed, none dies, each is handled on its first delivery',
  async (code) => {
    await using here = await place();
    const clock = new ManualClock({ now_ms: Date.now() });
    const fileSystem = new FaultyFileSystem();
    const options = { root: here.root, agent: 'coder', retention: false, clock, fileSystem } as const;
    await using mq = await openQueue(options);
    mq.events.on('error', () => {});
    await mq.registerAgent('coder');
    await mq.sendMany(['a', 'b'].map((id) => task({ message_id: id })));
    drop(here.root, 'inbox/coder/outside.json', taskText({ message_id: 'c' }));
    for (const path of ['_a_', '_b_', 'outside.json', 'unidentified'])
      fileSystem.fail({ verb: 'read', path, code, times: 3 });
    const deliveries: number[] = [];
    const handled = workUntilEmpty(mq, {
      task_assignment: (_, context) => void deliveries.push(context.deliveries),
    });
    await run(clock, handled);
    expect(deliveries).toEqual([1, 1, 1]);
    const touched = fileSystem.calls.filter(({ verb, path }) =>
      verb === 'remove' ? path.includes('inbox') : verb === 'create' && path.includes('dlq'),
    );
    expect(touched).toEqual([]);
    expect(files(join(here.root, 'processed/inbox/coder/w/t')).toSorted()).toEqual([
      'a.json',
      'b.json',
      'c.json',
    ]);
  },
);

test('one that is denied for good dies whole, after several looks, and is replayed when it may be read', async () => {
  await using here = await place();
  const clock = new ManualClock({ now_ms: Date.now() });
  const fileSystem = new FaultyFileSystem();
  const options = { root: here.root, agent: 'coder', retention: false, clock, fileSystem } as const;
  await using mq = await openQueue(options);
  mq.events.on('error', () => {});
  await mq.registerAgent('coder');
  await mq.send(task({ message_id: 'm' }));
  const allow = fileSystem.fail({
    verb: 'read',
    path: /messages.locks.inbox/,
    code: 'EACCES',
    times: Infinity,
  });
  expect(await run(clock, workUntilEmpty(mq))).toEqual([]);
  expect(fileSystem.calls.filter(({ verb, path }) => verb === 'read' && path.includes('locks')).length).toBe(
    5,
  );
  const letters = [];
  for await (const { reason } of mq.operations.deadLetters()) letters.push(reason);
  expect(letters).toMatchObject([{ code: 'unreadable', deliveries: 1 }]);
  allow();
  const outcomes = [];
  for await (const { outcome } of mq.operations.replay({ dryRun: false })) outcomes.push(outcome);
  expect(outcomes).toEqual(['replayed']);
  expect(await run(clock, workUntilEmpty(mq))).toEqual(['m']);
});

test('the same notices a reader that removes what it cannot read', async () => {
  await using here = await place();
  const clock = new ManualClock({ now_ms: Date.now() });
  const faulty = new FaultyFileSystem();
  const fileSystem = removedOnReadError(faulty);
  await using mq = await openQueue({ root: here.root, agent: 'coder', retention: false, clock, fileSystem });
  mq.events.on('error', () => {});
  await mq.registerAgent('coder');
  await mq.sendMany(['a', 'b'].map((id) => task({ message_id: id })));
  faulty.fail({ verb: 'read', path: '_a_', code: 'EIO', times: 1 });
  expect(await run(clock, workUntilEmpty(mq))).toEqual(['b']);
  expect(faulty.calls.filter(({ verb, path }) => verb === 'remove' && path.includes('inbox'))).toHaveLength(
    1,
  );
});
