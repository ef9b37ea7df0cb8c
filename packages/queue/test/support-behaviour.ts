import type { EventEmitter } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { taskAssignment, type MessageDefinition, type TaskAssignment } from '@tapps-agents/contracts';
import { nodeFileSystem, type FileSystem } from '@tapps-agents/fs-atomic';
import { FaultyFileSystem, ManualClock, temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import {
  openQueue,
  type DeadLetter,
  type Entry,
  type MessageState,
  type OpenQueueOptions,
  type Queue,
  type QueueEventMap,
} from '../src/index.ts';

/** A messages directory of one test, and the queues that the test opened on it. */
export interface Site extends AsyncDisposable {
  readonly root: string;
  /** A file or directory below the root. */
  at(...parts: readonly string[]): string;
  open<const Definitions extends readonly MessageDefinition[] = readonly []>(
    agent: string,
    options?: Partial<OpenQueueOptions<Definitions>>,
  ): Promise<Queue<Definitions>>;
}

/** Makes a site; disposing closes its queues, and fails when one of them leaves its session or a lease behind. */
export async function site(): Promise<Site> {
  const directory = await temporaryDirectory();
  const root = join(directory.path, 'messages');
  const queues: Pick<Queue, 'close'>[] = [];
  return {
    root,
    at: (...parts) => join(root, ...parts),
    async open(agent, options = {}) {
      const queue = await openQueue({ retention: false, fileSystem: counted, ...options, root, agent });
      queues.push(queue);
      return queue;
    },
    async [Symbol.asyncDispose]() {
      try {
        for (const queue of queues) await queue.close({ grace: 0 });
        const left = [...(await names(join(root, 'locks', 'owners'))), ...(await leasesBelow(root))];
        if (left.length > 0) throw new Error(`The test leaves behind: ${left.join(', ')}`);
      } finally {
        await directory[Symbol.asyncDispose]();
      }
    },
  };
}

/** The names in a directory; none where it is missing. */
export async function names(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function leasesBelow(root: string): Promise<string[]> {
  const found = [];
  for (const kind of ['inbox', 'outbox']) {
    for (const agent of await names(join(root, 'locks', kind)))
      found.push(...(await names(join(root, 'locks', kind, agent))));
  }
  return found;
}

/** A task from the orchestrator to `coder`. */
export function task(fields: Partial<Parameters<typeof taskAssignment>[0]> = {}): TaskAssignment {
  return taskAssignment({
    agent_id: 'orchestrator',
    assigned_to: 'coder',
    workflow_id: 'w',
    task_id: 't',
    ...fields,
  });
}

/** A clock that stands still, with a lease so long that no heartbeat comes between. */
export function stillClock(): { clock: ManualClock; lease: '240h' } {
  return { clock: new ManualClock(), lease: '240h' };
}

/** Calls to the disk that were not answered yet. */
let underWay = 0;

async function count<T>(call: () => T | Promise<T>): Promise<T> {
  underWay += 1;
  try {
    return await call();
  } finally {
    underWay -= 1;
  }
}

/** The real file system; tests know when all its calls were answered, and let the clock move only then. */
const counted: FileSystem = countCalls(nodeFileSystem());

function countCalls(inner: FileSystem): FileSystem {
  return {
    async create(path, mode) {
      const file = await count(() => inner.create(path, mode));
      return {
        write: (bytes, offset) => count(() => file.write(bytes, offset)),
        sync: () => count(() => file.sync()),
        close: () => count(() => file.close()),
      };
    },
    async *list(path) {
      underWay += 1;
      try {
        yield* inner.list(path);
      } finally {
        underWay -= 1;
      }
    },
    read: (path, maxBytes) => count(() => inner.read(path, maxBytes)),
    rename: (from, to) => count(() => inner.rename(from, to)),
    remove: (path) => count(() => inner.remove(path)),
    createDirectory: (path, mode) => count(() => inner.createDirectory(path, mode)),
    removeDirectory: (path) => count(() => inner.removeDirectory(path)),
    status: (path) => count(() => inner.status(path)),
    touch: (path, modified_ms) => count(() => inner.touch(path, modified_ms)),
    syncDirectory: (path) => count(() => inner.syncDirectory(path)),
    holdExclusively: (path) => count(() => inner.holdExclusively(path)),
    changeMode: (path, mode) => count(() => inner.changeMode?.(path, mode)),
    space: (path) => count(() => inner.space(path)),
    watch: (path, changed, failed) => inner.watch(path, changed, failed),
  };
}

/** A file system that fails when it is told to. */
export function faulty(): FaultyFileSystem {
  return new FaultyFileSystem(counted);
}

/** Waits for a promise; whenever nothing happens any more, the clock goes on to its next timer. */
export async function run<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  let settled = false;
  const ended = promise.finally(() => {
    settled = true;
  });
  ended.catch(() => {}); // It is thrown below.
  for (let turn = 0; turn < 20_000; turn += 1) {
    await idle();
    if (settled) return await ended;
    await clock.advance(clock.nextTimer_ms ?? 0);
  }
  throw new Error('Nothing came of it in 20,000 turns of the clock.');
}

/** Waits until every call to the disk was answered, and what follows from the answers has happened. */
export async function idle(): Promise<void> {
  for (let quiet = 0; quiet < 4; quiet += 1) {
    await setImmediate();
    if (underWay > 0) quiet = -1;
  }
}

/** The next event of a name. */
export function event<Name extends keyof QueueEventMap>(
  queue: Pick<Queue, 'events'>,
  name: Name,
): Promise<QueueEventMap[Name][0]> {
  return new Promise((resolve) => {
    (queue.events as EventEmitter).once(name, resolve);
  });
}

/** A list that grows with every event of a name. */
export function eventsOf<Name extends keyof QueueEventMap>(
  queue: Pick<Queue, 'events'>,
  name: Name,
): QueueEventMap[Name][0][] {
  const seen: QueueEventMap[Name][0][] = [];
  (queue.events as EventEmitter).on(name, (argument: QueueEventMap[Name][0]) => seen.push(argument));
  return seen;
}

/** Everything in one state. */
export async function entries(queue: Pick<Queue, 'store'>, state: MessageState): Promise<Entry[]> {
  const found: Entry[] = [];
  for await (const batch of queue.store.entries({ state })) found.push(...batch);
  return found;
}

/** The messages themselves, of one state and kind of box, in the order of their names. */
export async function messages(
  queue: Pick<Queue, 'store'>,
  state: MessageState,
  kind: 'inbox' | 'outbox',
): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  const inBox = (await entries(queue, state)).filter(({ box }) => box.kind === kind);
  for (const entry of inBox.toSorted((a, b) => (a.entryId < b.entryId ? -1 : 1))) {
    const bytes = await queue.store.read(entry);
    found.push(JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>);
  }
  return found;
}

/** All dead letters. */
export async function dead(queue: Pick<Queue, 'operations'>): Promise<DeadLetter[]> {
  return await all(queue.operations.deadLetters());
}

/** Everything that an iterable yields. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** Sorted by what they are as text. */
export function sorted<T>(values: readonly T[]): T[] {
  return values.toSorted((a, b) => (String(a) < String(b) ? -1 : 1));
}

/** A promise and what settles it. */
export function deferred<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Resolves when a signal aborts, with its reason. */
export function aborted(signal: AbortSignal): Promise<unknown> {
  if (signal.aborted) return Promise.resolve(signal.reason);
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(signal.reason), { once: true });
  });
}
