import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@tapps-agents/fs-atomic';
import { FaultyFileSystem, type FileSystemCall } from '@tapps-agents/fs-atomic/testing';
import { expect, test } from 'vitest';
import { openQueue, reject, type Queue } from '../src/index.ts';
import { failOnLeaks } from './support/leaks.ts';
import { task } from './support/messages.ts';
import { files, place, type Place } from './support/place.ts';
import { workUntilEmpty } from './support/work.ts';

/*
 * A reason is written before its message is moved beside it, and a process may be stopped in between for as long as it takes
 * retention to call the reason left over.
 */

failOnLeaks();

const HOUR_MS = 3_600_000;
const HANDLERS = { task_assignment: () => reject('no use') };

interface Scene extends AsyncDisposable {
  readonly coder: Queue;
  readonly boss: Queue;
  readonly worker: FaultyFileSystem;
  readonly retention: FaultyFileSystem;
  readonly dlq: string;
}

async function scene(here: Place, ahead_ms = 0): Promise<Scene> {
  const [worker, retention] = [new FaultyFileSystem(), new FaultyFileSystem()];
  const options = { root: here.root, retention: false } as const;
  const coder = await openQueue({ ...options, agent: 'coder', fileSystem: worker });
  const clock = { ...systemClock, now: () => Date.now() + ahead_ms };
  const boss = await openQueue({ ...options, agent: 'boss', fileSystem: retention, clock });
  await coder.registerAgent('coder');
  await coder.send(task({ message_id: 'm' }));
  return {
    coder,
    boss,
    worker,
    retention,
    dlq: join(here.root, 'dlq/inbox/coder'),
    async [Symbol.asyncDispose]() {
      await coder.close();
      await boss.close();
    },
  };
}

/** Calls `act` one time, before the first such call. */
function before(
  fileSystem: FaultyFileSystem,
  isIt: (call: FileSystemCall) => boolean,
  act: () => Promise<void>,
): void {
  fileSystem.onCall = async (call) => {
    if (!isIt(call)) return;
    fileSystem.onCall = undefined;
    await act();
  };
}

function movesTheMessage({ verb, path, to }: FileSystemCall): boolean {
  return verb === 'rename' && path.includes('/locks/inbox/') && to?.includes('/dlq/') === true;
}

function idle(): void {}

function makeOld(directory: string): void {
  const then = new Date(Date.now() - 2 * HOUR_MS);
  for (const name of readdirSync(directory)) utimesSync(join(directory, name), then, then);
}

async function expectExplained({ boss, dlq }: Scene, root: string): Promise<void> {
  const letters = [];
  for await (const { entry, reason } of boss.operations.deadLetters())
    letters.push([entry.messageId, reason?.code]);
  expect(letters).toEqual([['m', 'rejected']]);
  expect(readdirSync(dlq)).toHaveLength(2);
  expect(files(join(root, 'tmp'))).toEqual([]);
}

test('a worker that is stopped for two hours before it moves the message writes the reason again', async () => {
  await using here = await place();
  await using at = await scene(here);
  const met: unknown[] = []; // What is thrown in there would be taken for the disk's fault.
  before(at.worker, movesTheMessage, async () => {
    makeOld(at.dlq);
    met.push((await at.boss.operations.retain())?.classes.dead.files, readdirSync(at.dlq));
  });
  await workUntilEmpty(at.coder, HANDLERS);
  expect(met).toEqual([1, []]);
  await expectExplained(at, here.root);
});

test('a computer whose clock is two hours ahead takes no reason for one that was left over', async () => {
  await using here = await place();
  await using at = await scene(here, 2 * HOUR_MS);
  const met: unknown[] = [];
  before(at.worker, movesTheMessage, async () => {
    met.push((await at.boss.operations.retain())?.classes.dead.files, readdirSync(at.dlq).length);
  });
  await workUntilEmpty(at.coder, HANDLERS);
  expect(met).toEqual([0, 1]);
  await expectExplained(at, here.root);
});

test.each([
  [
    'before the reason is put aside',
    ({ verb, path }: FileSystemCall) => verb === 'rename' && path.includes('/dlq/'),
  ],
  [
    'after the reason was put aside',
    ({ verb, path }: FileSystemCall, calls: readonly FileSystemCall[]) =>
      verb === 'status' &&
      path.includes('/dlq/') &&
      calls.some((call) => call.verb === 'rename' && call.path.includes('/dlq/')),
  ],
] as const)('a worker that wakes up in the middle of retention, %s, keeps its reason', async (_, isIt) => {
  await using here = await place();
  await using at = await scene(here);
  let resume: () => void = idle;
  const stopped = new Promise<void>((resolve) => {
    before(at.worker, movesTheMessage, () => {
      resolve();
      return new Promise((go) => (resume = go));
    });
  });
  const worked = workUntilEmpty(at.coder, HANDLERS);
  await stopped;
  makeOld(at.dlq);
  const { calls } = at.retention;
  let met = false;
  before(
    at.retention,
    (call) => isIt(call, calls),
    async () => {
      met = true;
      resume();
      await worked;
    },
  );
  await at.boss.operations.retain();
  expect(met).toBe(true);
  await worked;
  await expectExplained(at, here.root);
});
