import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diagnose, write } from './support/diagnose.ts';
import { ALWAYS, openFaulty, reported, type FaultyQueue } from './support/faulty-queue.ts';
import { failOnLeaks } from './support/leaks.ts';
import { task } from './support/messages.ts';
import { place } from './support/place.ts';
import { workUntilEmpty } from './support/work.ts';

failOnLeaks();

const LONG = 'an-agent-with-quite-a-long-name-indeed';
const DENIED = { path: /an-agent-with.*\.agent\.json$/, code: 'EACCES', ...ALWAYS } as const;

async function withLongNeighbour(root: string): Promise<FaultyQueue> {
  const opened = await openFaulty(root, { pollInterval: 20 });
  await opened.mq.registerAgent(LONG);
  await opened.mq.send(task({ message_id: 'm' }));
  await workUntilEmpty(opened.mq);
  return opened;
}

test('a box whose agent cannot be told (its record is denied) stops no collector, and is not taken for empty', async () => {
  await using here = await place();
  const { mq, fileSystem, errors } = await withLongNeighbour(here.root);
  await using _mq = mq;
  const mend = fileSystem.fail({ verb: 'read', ...DENIED });
  const got: unknown[] = [];
  const collector = mq.collect(
    { task_complete: ({ metadata }) => void got.push(metadata['causation_id']) },
    { untilEmpty: true },
  );
  const acked = new Promise((resolve) => mq.events.once('acked', resolve));
  const going = Promise.all([reported(mq, 2), acked]);
  expect(await Promise.race([going, collector.done])).toBeDefined();
  expect(got).toEqual(['m']);
  expect(errors[0]).toMatchObject({
    code: 'ERR_ACCESS_DENIED',
    path: expect.stringContaining('.agent.json'),
  });
  // Who collects from coder alone has all there is.
  await mq.collect({ task_complete: () => {} }, { untilEmpty: true, agents: ['coder'] }).done;
  mend();
  await collector.done;
});

test('a box whose agent cannot be told is left out of what is listed, and said to be', async () => {
  await using here = await place();
  const { mq, fileSystem, errors } = await withLongNeighbour(here.root);
  await using _mq = mq;
  fileSystem.fail({ verb: 'read', ...DENIED });
  expect(await mq.agents()).toEqual(['coder']);
  expect(errors).toMatchObject([{ code: 'ERR_ACCESS_DENIED' }]);
  const { boxes, unreadable } = await mq.operations.inspect();
  expect(boxes.map(({ box }) => `${box.kind}/${box.agentId}`)).toEqual(['inbox/coder', 'outbox/coder']);
  expect(boxes[1]).toMatchObject({ ready: 1 });
  expect(unreadable).toMatchObject([
    { place: expect.stringMatching(/^inbox\/an-agent-with.*\/\.agent\.json$/), detail: expect.any(String) },
  ]);
  expect((await diagnose(mq))['unreadable']).toMatchObject({ severity: 'error' });
});

test('one record that can be read tells the agent of both its boxes', async () => {
  await using here = await place();
  const { mq, fileSystem, errors } = await withLongNeighbour(here.root);
  await using _mq = mq;
  fileSystem.fail({ verb: 'read', ...DENIED, path: /inbox.an-agent-with.*\.agent\.json$/ });
  expect(await mq.agents()).toEqual([LONG, 'coder']);
  expect(errors).toEqual([]);
});

test('a box that cannot be listed hides no other from inspect, nor does a holder that cannot be looked at', async () => {
  await using here = await place();
  const { mq, fileSystem } = await openFaulty(here.root);
  await using _mq = mq;
  await mq.registerAgent('tester');
  await mq.sendMany(['m', 'n'].map((id) => task({ message_id: id })));
  await using deliveries = mq.receive();
  await deliveries.next();
  fileSystem.fail({ verb: 'list', path: /(?<!locks.)inbox.tester$/, code: 'EACCES', ...ALWAYS });
  fileSystem.fail({ verb: 'read', path: /owners.*json$/, code: 'EIO', ...ALWAYS });
  const { boxes, unreadable } = await mq.operations.inspect();
  expect(boxes.find(({ box }) => box.kind === 'inbox' && box.agentId === 'coder')).toMatchObject({
    ready: 1,
    leased: 1,
    holders: [{ leases: 1, pid: null }],
    unlisted: [],
  });
  // That nothing was counted of it does not mean that nothing is there.
  expect(boxes.find(({ box }) => box.agentId === 'tester')).toMatchObject({ ready: 0, unlisted: ['ready'] });
  expect(unreadable.map(({ place: at }) => at)).toEqual([
    'inbox/tester',
    expect.stringMatching(/^locks\/owners\/.*\.json$/),
  ]);
});

test('a box that cannot be listed hides no message in the others from whoever asks for it by its id', async () => {
  await using here = await place();
  const { mq, fileSystem } = await openFaulty(here.root);
  await using _mq = mq;
  await mq.registerAgent('a-tester'); // Before coder, in every listing.
  await mq.send(task({ message_id: 'm' }));
  fileSystem.fail({ verb: 'list', path: /(?<!locks.)inbox.a-tester$/, code: 'EACCES', ...ALWAYS });
  const [report] = await mq.operations.find('m');
  expect(report?.entry).toMatchObject({ messageId: 'm', state: 'ready' });
  expect(await mq.operations.find(report?.entry.entryId ?? '')).toHaveLength(1);
  // What nobody else has may be in there.
  await expect(mq.operations.find('other')).rejects.toMatchObject({ code: 'ERR_ACCESS_DENIED' });
});

test('a waiting message that cannot be read is found, also of an agent that has never finished anything', async () => {
  await using here = await place();
  const { mq, fileSystem } = await openFaulty(here.root);
  await using _mq = mq;
  await mq.send(task({ message_id: 'm' }));
  fileSystem.fail({ verb: 'read', path: /inbox.coder.*_m_task/, code: 'EACCES', ...ALWAYS });
  expect((await diagnose(mq))['unreadable']).toMatchObject({
    severity: 'error',
    evidence: [{ place: expect.stringMatching(/^inbox\/coder\/.*_m_task/) }],
  });
});

test('so is one that another program has put there under a name of its own', async () => {
  await using here = await place();
  const { mq, fileSystem } = await openFaulty(here.root);
  await using _mq = mq;
  await write(join(here.root, 'inbox', 'coder', 'from-outside.json'));
  expect(await diagnose(mq)).toEqual({});
  fileSystem.fail({ verb: 'read', path: /from-outside/, code: 'EACCES', ...ALWAYS });
  expect((await diagnose(mq))['unreadable']?.evidence).toMatchObject([
    { place: 'inbox/coder/from-outside.json' },
  ]);
});

test('a message that cannot be read is reported with what kept it from being read, and not as an empty one', async () => {
  await using here = await place();
  const { mq, fileSystem } = await openFaulty(here.root);
  await using _mq = mq;
  await mq.send(task({ message_id: 'm' }));
  const mend = fileSystem.fail({ verb: 'read', path: /inbox.coder.*_m_task/, code: 'EACCES', ...ALWAYS });
  const [report] = await mq.operations.find('m');
  expect(report).toMatchObject({ message: null, raw: '', contentFault: expect.stringContaining('EACCES') });
  mend();
  expect((await mq.operations.find('m'))[0]).toMatchObject({
    message: { message_id: 'm' },
    contentFault: null,
  });
});

test('a box that cannot be listed is left out of an archive, and said to be; all else is in it', async () => {
  await using here = await place();
  const { mq, fileSystem } = await openFaulty(here.root);
  await using _mq = mq;
  await mq.registerAgent('a-tester'); // Before coder, in every listing.
  await mq.send(task({ message_id: 'm' }));
  const denied = /(?<!locks.)inbox.a-tester$/;
  fileSystem.fail({ verb: 'list', path: denied, code: 'EACCES', ...ALWAYS });
  const skipped: string[] = [];
  const files = [];
  for await (const { name } of mq.store.dump({ onSkipped: (what, why) => skipped.push(`${what} ${why}`) }))
    files.push(name);
  // However often it goes round, once.
  expect(skipped).toEqual([expect.stringMatching(/^inbox\/a-tester\/ .*EACCES/)]);
  expect(files).toContainEqual(expect.stringMatching(/^inbox\/coder\/.*_m_task/));
  // Who asks for another agent's alone misses nothing.
  for await (const _file of mq.store.dump({ agentId: 'coder', onSkipped: (name) => skipped.push(name) }));
  expect(skipped).toHaveLength(1);
});
