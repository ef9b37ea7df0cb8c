import type { Entry, Queue } from '@tapps-agents/queue';
import type { Io } from '../io.ts';
import { knownAgents } from '../known-agents.ts';
import { findRoot } from '../root.ts';

/** One candidate: what would stand on the command line, and what it is. */
export interface Candidate {
  readonly value: string;
  readonly describe: string;
}

/** What is looked up in the messages directory. */
export type Kind = 'agent' | 'id' | 'agent or id' | 'handle' | 'workflow' | 'task' | 'replay';

/** What is wanted. */
export interface Wanted {
  /** How it begins. */
  readonly word: string;
  /** As given with `--root`. */
  readonly root: string | undefined;
  /** Only dead letters will do. */
  readonly onlyDead: boolean;
}

/** A person waits: what is not found by then is not shown. */
const MOST_MS = 80;
const MOST_FOUND = 200;

/** Longer names nobody completes. */
const MOST_CHARACTERS = 200;

/** Handles of which it is looked up whether they are anybody's to settle: each takes a read. */
const MOST_HOLDERS = 50;

/** What stands in a terminal's way, or in the protocol's, is not offered; a blank in a name is quoted by the shell's script. */
const UNSAFE = /[^\S ]|[\u0000-\u001f\u007f-\u009f]/u;

/** Finds what begins like the word, in a bounded time; nothing where there is no messages directory, or it cannot be read. */
export async function lookUp(kind: Kind, wanted: Wanted, io: Io): Promise<readonly Candidate[]> {
  try {
    const { openQueue } = await import('@tapps-agents/queue');
    const root = findRoot(wanted.root, io).path;
    await using queue = await openQueue({ root, create: false, retention: false });
    const until_ms = io.now() + MOST_MS;
    const found = await find(kind, queue, wanted, () => io.now() > until_ms);
    return found.filter(({ value }) => !UNSAFE.test(value));
  } catch {
    return []; // A completion that complains would only spoil the line that is being typed.
  }
}

async function find(
  kind: Kind,
  queue: Queue,
  wanted: Wanted,
  isLate: () => boolean,
): Promise<readonly Candidate[]> {
  switch (kind) {
    case 'agent':
      return await agents(queue);
    case 'id':
      return await ids(queue, wanted, isLate);
    case 'agent or id':
      return [...(await agents(queue)), ...(await ids(queue, wanted, isLate))];
    case 'handle':
      return await handles(queue, wanted, isLate);
    case 'workflow':
    case 'task':
      return await namedInMessages(kind, queue, wanted, isLate);
    case 'replay':
      return await interruptedReplays(queue, isLate);
  }
}

async function agents(queue: Queue): Promise<readonly Candidate[]> {
  return (await knownAgents(queue)).map((value) => ({ value, describe: 'agent' }));
}

async function ids(queue: Queue, wanted: Wanted, isLate: () => boolean): Promise<readonly Candidate[]> {
  const found = new Map<string, Candidate>();
  const states = wanted.onlyDead ? (['dead'] as const) : (['leased', 'dead', 'ready'] as const);
  for (const state of states) {
    for await (const entry of entries(queue, state, wanted.word)) {
      const { messageId, messageType, box } = entry;
      if (messageId !== null)
        found.set(messageId, {
          value: messageId,
          describe: `${state}, ${messageType}, ${box.kind} of ${box.agentId}`,
        });
      if (found.size >= MOST_FOUND || isLate()) return [...found.values()];
    }
  }
  return [...found.values()];
}

async function handles(queue: Queue, { word }: Wanted, isLate: () => boolean): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  let looked = 0;
  for await (const { entryId, owner, messageId } of entries(queue, 'leased', '')) {
    if (!entryId.startsWith(word)) continue;
    looked += 1;
    if (owner !== null && (await queue.store.holder(owner)).detached)
      found.push({ value: entryId, describe: messageId ?? '' });
    if (looked >= MOST_HOLDERS || isLate()) break;
  }
  return found;
}

/** The workflows or tasks of dead letters, and unless only those will do, of what waits. Each takes a read, so there may be more. */
async function namedInMessages(
  kind: 'workflow' | 'task',
  queue: Queue,
  { word, onlyDead }: Wanted,
  isLate: () => boolean,
): Promise<readonly Candidate[]> {
  const found = new Set<string>();
  const states = onlyDead ? (['dead'] as const) : (['ready', 'dead'] as const);
  for (const state of states) {
    for await (const entry of entries(queue, state, '')) {
      const name = nameIn(await queue.store.read(entry), `${kind}_id`);
      if (name?.startsWith(word) === true) found.add(name);
      if (found.size >= MOST_FOUND || isLate()) break;
    }
  }
  return [...found].map((value) => ({ value, describe: kind }));
}

function nameIn(bytes: Uint8Array | undefined, field: string): string | null {
  try {
    const message: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const fields: Record<string, unknown> =
      typeof message === 'object' && message !== null ? { ...message } : {};
    const name = fields[field];
    return typeof name === 'string' && name.length <= MOST_CHARACTERS ? name : null;
  } catch {
    return null; // A dead letter may be anything.
  }
}

async function interruptedReplays(queue: Queue, isLate: () => boolean): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  for await (const { id, kind, endedAt, atWork, startedAt, by } of queue.store.operationLog.list()) {
    if (kind === 'replay' && endedAt === null && atWork !== true)
      found.push({ value: id, describe: `${startedAt}, ${by}` });
    if (found.length >= MOST_FOUND || isLate()) break;
  }
  return found.length === 0 ? [] : [{ value: 'last', describe: 'the last of these' }, ...found];
}

async function* entries(
  queue: Queue,
  state: 'ready' | 'leased' | 'dead',
  idPrefix: string,
): AsyncGenerator<Entry> {
  for await (const batch of queue.store.entries({ state, ...(idPrefix !== '' && { idPrefix }) }))
    yield* batch;
}
