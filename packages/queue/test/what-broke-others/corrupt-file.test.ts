import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFileSystem } from '@tapps-agents/fs-atomic';
import { openQueue, type Delivery } from '../../src/index.ts';
import { unparsableSkipped } from '../support/faults-of-others.ts';
import { startChild } from '../support/children.ts';
import { failOnLeaks } from '../support/leaks.ts';
import { counts, drop, task, taskText } from '../support/messages.ts';
import { files, listed, place } from '../support/place.ts';
import { workUntilEmpty } from '../support/work.ts';

/*
 * Elsewhere, a file that could not be parsed was skipped by whoever met it, and skipped again, for ever: it was in nobody's
 * way and in nobody's sight. In a state between two others, as claimed and damaged then, it stayed there for good.
 *
 * Here what cannot be read as a message is claimed like any other and then quarantined with a reason; and what decides where a
 * file is in its life is its name, so damage to its content, or to what lies beside it, keeps nobody from moving it.
 */

failOnLeaks();

const DAMAGES: Readonly<Record<string, string | Uint8Array>> = {
  empty: '',
  'cut short': taskText({ message_id: 'm' }).slice(0, 60),
  zeros: new Uint8Array(4_096),
  'no UTF-8': new Uint8Array([0xff, 0xfe, 0x7b, 0x80]),
  'another document': '[1, 2, 3]',
};

test.each(Object.keys(DAMAGES))(
  'a file that is %s goes to the dead letters with a reason, in an inbox, under any name, and mends nothing else',
  async (damage) => {
    await using here = await place();
    await using mq = await openQueue({ root: here.root, agent: 'coder', retention: false });
    await mq.registerAgent('coder');
    await mq.sendMany(['before', 'm', 'after'].map((id) => task({ message_id: id })));
    const own = listed(join(here.root, 'inbox/coder')).find((name) => name.includes('_m_')) ?? '';
    writeFileSync(join(here.root, 'inbox/coder', own), DAMAGES[damage]!);
    drop(here.root, 'inbox/coder/from-outside.json', DAMAGES[damage]!);
    expect((await workUntilEmpty(mq)).toSorted()).toEqual(['after', 'before']);
    expect(await counts(mq)).toMatchObject({ dead: 2, leased: 0, delayed: 0, unadopted: 0 });
    for await (const { reason } of mq.operations.deadLetters())
      expect(reason?.code).toMatch(/^(?:not_json|not_utf8|invalid_schema)$/);
  },
);

test.each(Object.keys(DAMAGES))(
  'a leased file that became %s while its holder died goes there too',
  async (damage) => {
    await using here = await place();
    await using mq = await openQueue({ root: here.root, agent: 'coder', retention: false });
    await mq.registerAgent('coder');
    await mq.send(task({ message_id: 'm' }));
    await using victim = await startChild('agent-program.ts', {
      job: 'hold',
      root: here.root,
      agent: 'coder',
      lease: '1s',
    });
    await victim.next();
    victim.kill('SIGKILL');
    await victim.exited;
    const leases = join(here.root, 'locks/inbox/coder');
    for (const name of listed(leases)) writeFileSync(join(leases, name), DAMAGES[damage]!);
    expect(await workUntilEmpty(mq)).toEqual([]);
    expect(await counts(mq)).toMatchObject({ dead: 1, leased: 0, ready: 0 });
  },
  60_000,
);

test('a damaged record, reason, journal or switch beside a message does not keep it back', async () => {
  await using here = await place();
  await using mq = await openQueue({ root: here.root, agent: 'coder', retention: false });
  await mq.registerAgent('coder');
  await mq.send(task({ message_id: 'm', retry_policy: { max_retries: 3, backoff_seconds: 0 } }));
  const deliveries = mq.receive();
  const { value: first } = (await deliveries.next()) as { value: Delivery };
  await first.retry({ delay: 0 });
  const { value: second } = (await deliveries.next()) as { value: Delivery };
  await second.reject('not now');
  for (const below of ['journal', 'dlq']) {
    for (const path of files(join(here.root, below)))
      if (path.includes('failure~') || path.endsWith('.reason.json'))
        writeFileSync(join(here.root, below, path), '{"cut');
  }
  writeFileSync(join(here.root, 'locks/owners/00000000.json'), '');
  const outcomes = [];
  for await (const { outcome } of mq.operations.replay({ dryRun: false })) outcomes.push(outcome);
  expect(outcomes).toEqual(['replayed']);
  await deliveries[Symbol.asyncDispose]();
  expect(await workUntilEmpty(mq)).toEqual(['m']);
});

test('the same notices a reader that passes over what it cannot parse', async () => {
  await using here = await place();
  const fileSystem = unparsableSkipped(nodeFileSystem());
  await using mq = await openQueue({ root: here.root, agent: 'coder', retention: false, fileSystem });
  await mq.registerAgent('coder');
  await mq.send(task({ message_id: 'm' }));
  drop(here.root, 'inbox/coder/from-outside.json', DAMAGES['cut short']!);
  expect(await workUntilEmpty(mq)).toEqual(['m']);
  expect(await counts(mq)).toMatchObject({ dead: 0 });
  expect(listed(join(here.root, 'inbox/coder'))).toContain('from-outside.json');
});
