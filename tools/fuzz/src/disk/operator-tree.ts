import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ManualClock, temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { openQueue, type Queue } from '@tapps-agents/queue';
import { goodTask } from './good-messages.ts';
import { HOLDER, liveTree, plantTree, type LiveEntry } from './live-tree.ts';
import { quickFileSystem } from './watched-file-system.ts';

const DETACHED = 'aaaaaaa2';
const encoder = new TextEncoder();

/**
 * The live tree, and all that operators and writers of other versions leave in one: operations that were done, interrupted, and never
 * begun; what another writer left, still to be adopted, and adopted; what was superseded; a detached owner and its lease; an entry of
 * the ledger by its id alone.
 */
export async function operatorTree(): Promise<readonly LiveEntry[]> {
  const live = await liveTree();
  const added = [...(await operations(live)), ...left(live)];
  return [...live, ...parents(live, added), ...added];
}

/** Whether a path is of those that only this tree has. */
export function isOperators(path: string): boolean {
  return /^(?:operations|adopted|dlq\/[^/]*\.|processed\/[^/]*\.|locks\/coder|inbox\/Old)/.test(path);
}

/** Made by the queue itself on a copy; the ids are replaced, so that a seed means the same input each time. */
async function operations(live: readonly LiveEntry[]): Promise<readonly LiveEntry[]> {
  await using directory = await temporaryDirectory();
  const root = join(directory.path, 'messages');
  plantTree(live, root);
  const clock = new ManualClock();
  const fileSystem = quickFileSystem();
  const options = { root, agent: 'lead', clock, fileSystem, random: () => 0.5, retention: false } as const;
  await using queue = await openQueue(options);
  for (const operate of OPERATIONS) {
    await operate(queue);
    await clock.advance(1_000);
  }
  const ids = readdirSync(join(root, 'operations')).toSorted();
  return ids.flatMap((id, index) => {
    const plainId = id.replace(/-.*$/, `-op000${index}`);
    const plain = (text: string): string =>
      text
        .replaceAll(id, plainId)
        .replaceAll(root, '/root')
        .replaceAll(/"processedAt_ms":[\d.]+/g, '"processedAt_ms":1767225600000');
    const files = readdirSync(join(root, 'operations', id)).toSorted();
    return files
      .filter((name) => index < OPERATIONS.length - 1 || name !== 'record.json') // The last was never begun.
      .map((name) => ({
        path: `operations/${plainId}/${name}`,
        content: encoder.encode(plain(readFileSync(join(root, 'operations', id, name), 'utf8'))),
      }));
  });
}

const LEAD_MAILBOX = { kind: 'inbox', agentId: 'coder' } as const;

/** Interrupted but for the purge, which takes the dead letter away. */
const OPERATIONS: readonly ((queue: Queue) => Promise<void>)[] = [
  (queue) => interrupted((how) => queue.operations.replay({ dryRun: false, to: 'lead', ...how })),
  (queue) =>
    interrupted((how) => queue.operations.replay({ dryRun: false, from: 'processed', force: true, ...how })),
  (queue) =>
    interrupted((how) =>
      queue.operations.replay({
        dryRun: false,
        edit: async ({ text }) => text.replace('"medium"', '"high"'),
        ...how,
      }),
    ),
  (queue) => all(queue.operations.purge({ box: LEAD_MAILBOX, state: 'dead', dryRun: false })),
  (queue) => all(queue.operations.purge({ box: LEAD_MAILBOX, state: 'ready', dryRun: false })),
];

interface Interruption {
  readonly signal: AbortSignal;
  readonly onBegin: () => void;
}

/** The set is written down, and nothing is done with it. */
async function interrupted(start: (how: Interruption) => AsyncIterable<unknown>): Promise<void> {
  const controller = new AbortController();
  const how = { signal: controller.signal, onBegin: () => controller.abort() };
  await all(start(how)).catch((error: unknown) => {
    if (!controller.signal.aborted) throw error;
  });
}

/** What is there already of another writer, or comes of calls that the live tree has not seen. */
function left(live: readonly LiveEntry[]): readonly LiveEntry[] {
  const contentOf = (beginning: RegExp): Uint8Array => {
    const found = live.find(({ path, content }) => content !== null && beginning.test(path));
    if (found?.content === undefined || found.content === null)
      throw new Error(`Nothing in the tree matches ${beginning.source}.`);
    return found.content;
  };
  const record = JSON.parse(new TextDecoder().decode(contentOf(/^locks\/owners\/.*\.json$/))) as object;
  const detached = { owner: DETACHED, pid: null, detached: true, deadline_uptime_ms: 4_711 };
  return [
    file('dlq/20251214T103500_123Z_gone-1_task_assignment.0f0f.json', task('gone-1')),
    file('dlq/20251214T103500_123Z_gone-1_task_assignment.0f0f.reason.txt', 'Validation failed: no agent\n'),
    file('dlq/replayed-long-ago.1a1a.reason.txt', 'Invalid JSON\n'),
    file('processed/coder.jsonl', `long-gone\n"quoted"\n${task('as a record')}\n{"message_id":"cut`),
    file('locks/coder/20251214T103500_123Z_taken-1_task_assignment.json', task('taken-1')),
    file('inbox/Old-Agent/m.json', task('old-1')),
    file('adopted/20260101T000000_000Z~n90000/dlq/x.reason.txt', 'Invalid JSON\n'),
    file('processed/inbox/coder/any%h/any%h/by-id-alone.json', '{"message_id":"by-id-alone"}'),
    file('journal/inbox/coder/dead/superseded~n90001.json', contentOf(/^dlq\/inbox\/coder\/.*n\d+\.json$/)),
    file('journal/inbox/coder/dead/replayed~n90002.json', contentOf(/^dlq\/inbox\/coder\/.*\.reason\.json$/)),
    file(`locks/owners/${DETACHED}.json`, JSON.stringify({ ...record, ...detached })),
    file(`locks/owners/${HOLDER}.alive`, ''),
    file(
      `locks/inbox/coder/20260101T000000_000Z_by-hand_task_assignment~p1.d1~n90003~${DETACHED}.json`,
      task('by-hand'),
    ),
  ];
}

function file(path: string, content: string | Uint8Array): LiveEntry {
  return { path, content: typeof content === 'string' ? encoder.encode(content) : content };
}

function task(id: string): string {
  return JSON.stringify(goodTask(id));
}

/** The directories that files need and that are not there yet, each before what is in it. */
function parents(live: readonly LiveEntry[], added: readonly LiveEntry[]): readonly LiveEntry[] {
  const known = new Set(live.map(({ path }) => path));
  const made: LiveEntry[] = [];
  for (const { path } of added) {
    const parts = path.split('/').slice(0, -1);
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const directory = parts.slice(0, depth).join('/');
      if (known.has(directory)) continue;
      known.add(directory);
      made.push({ path: directory, content: null });
    }
  }
  return made;
}

async function all(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}
