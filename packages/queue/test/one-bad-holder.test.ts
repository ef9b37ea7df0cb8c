import { basename } from 'node:path';
import { FaultyFileSystem, ManualClock } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { openQueue, type Box, type Claimed, type Queue, type Store } from '../src/index.ts';
import { run } from './support-behaviour.ts';
import { diagnose } from './support/diagnose.ts';
import { failOnLeaks } from './support/leaks.ts';
import { task } from './support/messages.ts';
import { listed, place, type Place } from './support/place.ts';

failOnLeaks();

const INBOX: Box = { kind: 'inbox', agentId: 'coder' };
const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];
const ALWAYS = { times: Number.POSITIVE_INFINITY };

interface Scene extends AsyncDisposable {
  readonly mq: Queue;
  readonly fileSystem: FaultyFileSystem;
  readonly clock: ManualClock;
  readonly errors: unknown[];
  /** The owner record of the holder of the lease that a listing shows first, and that lease. */
  readonly first: { readonly record: string; readonly lease: string; readonly id: string };
}

/** Six messages in the hands of six holders whose clocks stand still, so that they look dead after a lease. */
async function sixSilentHolders(here: Place): Promise<Scene> {
  const clock = new ManualClock();
  const fileSystem = new FaultyFileSystem();
  const options = { root: here.root, agent: 'coder', retention: false, lease: '1s' } as const;
  const mq = await openQueue({ ...options, clock, fileSystem });
  const errors: unknown[] = [];
  mq.events.on('error', (error) => void errors.push(error));
  await mq.registerAgent('coder');
  const holders: Queue[] = [];
  for (const id of IDS) {
    await mq.send(task({ message_id: id }));
    const holder = await openQueue({ ...options, clock: new ManualClock() });
    holders.push(holder);
    expect(await claim(holder.store)).toMatchObject({ entry: { messageId: id } });
  }
  const names: string[] = [];
  for await (const batch of fileSystem.list(`${here.root}/locks/inbox/coder`))
    names.push(...batch.map(({ name }) => name));
  const lease = names[0] ?? '';
  return {
    mq,
    fileSystem,
    clock,
    errors,
    first: { lease, record: `${lease.slice(-13, -5)}.json`, id: /Z_(.)_/.exec(lease)?.[1] ?? '' },
    async [Symbol.asyncDispose]() {
      for (const queue of [...holders, mq]) await queue.close();
    },
  };
}

async function claim(store: Store): Promise<Claimed> {
  const result = await store.openBox(INBOX).claim();
  if (result.kind !== 'claimed') throw new Error(`nothing to claim: ${result.kind}`);
  return result.claimed;
}

/** Looks every 300 ms, for two leases. Windows tries what is refused for a while, so its clock goes on meanwhile. */
async function takenBack({ mq, clock }: Scene): Promise<string[]> {
  const ids: string[] = [];
  for (let look = 0; look < 10; look += 1) {
    for (const { entry } of await run(clock, mq.store.recover(INBOX))) ids.push(entry.messageId ?? '');
    await clock.advance(300);
  }
  return ids.toSorted();
}

test.each([
  ['a record that may not be read', 'read', 'EACCES', 'record'],
  ['a record that the disk does not give', 'read', 'EIO', 'record'],
  ['a record that cannot be looked at', 'status', 'EACCES', 'record'],
  ['a record that cannot be moved', 'rename', 'EACCES', 'record'],
  ['a lease that cannot be moved', 'rename', 'EPERM', 'lease'],
] as const)('%s (%s %s) keeps back its own message alone, and is reported', async (_, verb, code, of) => {
  await using here = await place();
  await using scene = await sixSilentHolders(here);
  const { mq, fileSystem, errors, first } = scene;
  const mend = fileSystem.fail({ verb, path: first[of], code, ...ALWAYS });
  expect(await takenBack(scene)).toEqual(IDS.filter((id) => id !== first.id));
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors)
    expect(error).toMatchObject({ path: expect.stringContaining(first[of]), cause: { code } });
  expect(listed(`${here.root}/locks/inbox/coder`)).toEqual([first.lease]);
  const unreadable = (await run(scene.clock, diagnose(mq)))['unreadable']?.evidence.map(({ place: at }) =>
    basename(at),
  );
  if (verb === 'rename') expect(unreadable).toBeUndefined();
  else expect(unreadable).toContain(first.record);
  mend();
  expect(await takenBack(scene)).toEqual([first.id]);
  expect(listed(`${here.root}/inbox/coder`)).toHaveLength(IDS.length);
});

test('several that fail are one report, which names them all', async () => {
  await using here = await place();
  await using scene = await sixSilentHolders(here);
  const { fileSystem, errors } = scene;
  const mend = fileSystem.fail({ verb: 'rename', path: /locks.inbox.coder/, code: 'EIO', ...ALWAYS });
  expect(await takenBack(scene)).toEqual([]);
  for (const error of errors) expect(error).toBeInstanceOf(AggregateError);
  expect((errors.at(-1) as AggregateError).errors).toHaveLength(6);
  mend();
  expect(await takenBack(scene)).toEqual(IDS);
});

test('a loss that cannot be written down does not hide that its message is back', async () => {
  await using here = await place();
  await using scene = await sixSilentHolders(here);
  const { fileSystem, errors } = scene;
  fileSystem.fail({ verb: 'createDirectory', path: /journal.inbox.coder.b/, code: 'EACCES', ...ALWAYS });
  fileSystem.fail({ verb: 'rename', path: /journal.inbox.coder.b/, code: 'EACCES', ...ALWAYS });
  expect(await takenBack(scene)).toEqual(IDS);
  expect(errors).toHaveLength(1);
});
