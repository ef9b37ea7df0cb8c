import { lstatSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { statusUpdate, taskAssignment, taskComplete, type Message } from '@tapps-agents/contracts';
import { ManualClock, temporaryDirectory } from '@tapps-agents/fs-atomic/testing';
import { openQueue, reject, retry, type Queue } from '@tapps-agents/queue';
import { quickFileSystem } from './watched-file-system.ts';
import { untilSettled } from './virtual-time.ts';

/** A file or directory of a queue that was alive when it was looked at. */
export interface LiveEntry {
  /** Below the root, with `/`. */
  readonly path: string;
  /** Null for a directory. */
  readonly content: Uint8Array | null;
}

const LONG_AGENT = 'an agent with a name that is too long for a directory';
/** Who holds the lease in the tree: on another computer, so that nothing can be proven of it. */
export const HOLDER = 'aaaaaaa1';

/**
 * A queue's directory with something in every state, made by the queue itself: ready, delayed, leased, dead with its reason,
 * processed, journals, results of steps, owners, ended owners, pauses, a mutex, temporary files. What is random in it
 * (nonces, ids of owners) is replaced, so that a seed means the same input each time.
 */
export async function liveTree(): Promise<readonly LiveEntry[]> {
  await using directory = await temporaryDirectory();
  const root = join(directory.path, 'messages');
  const clock = new ManualClock();
  const options = {
    root,
    clock,
    fileSystem: quickFileSystem(),
    random: () => 0.5,
    retention: false as const,
  };
  await using lead = await openQueue({ ...options, agent: 'lead' });
  await using coder = await openQueue({ ...options, agent: 'coder' });
  for (const agent of ['coder', 'lead', LONG_AGENT]) await lead.registerAgent(agent);
  await handleSome(lead, coder, clock);
  await lead.sendMany([task('ready-1'), task('ready-2', { assigned_to: LONG_AGENT })]);
  await lead.send(task('delayed'), { delay: '1d', ttl: '2d' });
  await coder.send(
    fixed(statusUpdate({ ...IDS, agent_id: 'coder', status: 'in_progress', message_id: 'update' })),
  );
  await lead.operations.pause({ agentId: LONG_AGENT, note: 'for the release' });
  await lead.send(task('leased'));
  const [held] = await receive(coder, 2);
  if (held === undefined) throw new Error('There was nothing to lease.');
  writeFileSync(join(root, 'tmp', '0197f3a0-1111-4222-8333-944445555666.tmp'), '{"half": ');
  writeFileSync(join(root, 'inbox', 'coder', 'outside.json'), JSON.stringify(task('outside')));
  const entries = capture(root);
  await held.retry();
  return entries;
}

/** Puts the tree where there is nothing yet; so old, where it is to be more than new. */
export function plantTree(entries: readonly LiveEntry[], root: string, age_ms = 0): void {
  mkdirSync(root, 0o700);
  for (const { path, content } of entries) {
    if (content === null) mkdirSync(join(root, path), 0o700);
    else writeFileSync(join(root, path), content, { mode: 0o600 });
  }
  if (age_ms === 0) return;
  const then = new Date(Date.now() - age_ms);
  for (const { path } of entries) utimesSync(join(root, path), then, then);
}

const IDS = { workflow_id: 'w', task_id: 't', agent_id: 'lead' };

function task(message_id: string, fields: object = {}): Message {
  return fixed(
    taskAssignment({
      ...IDS,
      assigned_to: 'coder',
      message_id,
      retry_policy: { max_retries: 3, backoff_seconds: 0 },
      ...fields,
    }),
  );
}

function fixed<M extends Message>(message: M): M {
  return { ...message, created_at: '2026-01-01T00:00:00.000Z' };
}

async function handleSome(lead: Queue, coder: Queue, clock: ManualClock): Promise<void> {
  await lead.sendMany([
    task('done'),
    task('dead'),
    task('failing'),
    fixed(taskComplete({ ...IDS, status: 'completed', message_id: 'finished' })),
  ]);
  const worker = coder.work(
    {
      task_assignment: async ({ message_id }, context) => {
        await context.once('read', () => ({ files: ['a'] }));
        if (message_id === 'dead') return reject('no such file');
        return message_id === 'failing' ? retry('try later', { delay: '1h' }) : {};
      },
    },
    { limit: 3 },
  );
  await untilSettled(worker.done, clock);
  const collector = lead.collect({ task_complete: () => {} }, { limit: 2 });
  await untilSettled(collector.done, clock);
  await lead.operations.retain();
}

async function receive(coder: Queue, most: number) {
  const held = [];
  const deliveries = coder.receive();
  while (held.length < most) {
    const next = await deliveries.next();
    if (next.done === true) break;
    held.push(next.value);
    if (next.value.message.message_id === 'leased') return [next.value];
    if (held.length === most) return held.slice(-1);
    await next.value.snooze('1h');
  }
  return held;
}

function capture(root: string): LiveEntry[] {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((path) =>
    path.replaceAll('\\', '/'),
  );
  const names = new Map<string, string>();
  const plain = (text: string): string =>
    text
      .replaceAll(/~([0-9a-v]{8})(?=\.json|$)/g, `~${HOLDER}`)
      .replaceAll(/(owners\/|ended\/)[0-9a-v]{8}(?=[.~])/g, `$1${HOLDER}`)
      .replaceAll(/~([0-9a-v]{6})(?=[.~]|$)/g, (_, nonce: string) => {
        if (!names.has(nonce)) names.set(nonce, `n${String(names.size).padStart(5, '0')}`);
        return `~${names.get(nonce)}`;
      });
  const entries = paths.sort(byPlainName).map((path) => ({
    path: plain(path),
    content: lstatSync(join(root, path)).isFile()
      ? plainContent(readFileSync(join(root, path)), root, path, plain)
      : null,
  }));
  return alikeByContent(entries);
}

/** What has got one name, such as the records of two owners, in the order of what is in it: until then that of random ids. */
function alikeByContent(entries: readonly LiveEntry[]): LiveEntry[] {
  const places = new Map<string, number>();
  for (const [place, { path }] of entries.entries()) if (!places.has(path)) places.set(path, place);
  const nothing = new Uint8Array();
  return entries.toSorted(
    (one, other) =>
      (places.get(one.path) ?? 0) - (places.get(other.path) ?? 0) ||
      Buffer.compare(one.content ?? nothing, other.content ?? nothing),
  );
}

/** Directories before what is in them; names with nonces by what else is in them. */
function byPlainName(a: string, b: string): number {
  const [one, other] = [withoutNonces(a), withoutNonces(b)];
  return one < other ? -1 : Number(one > other);
}

function withoutNonces(path: string): string {
  return path.replaceAll(/~[0-9a-v]{6}(?=[.~]|$)/g, '~');
}

function plainContent(
  bytes: Uint8Array,
  root: string,
  path: string,
  plain: (path: string) => string,
): Uint8Array {
  let text = new TextDecoder().decode(bytes).replaceAll(root, '/root');
  if (path.startsWith('locks/owners/')) {
    const record = JSON.parse(text) as Record<string, unknown>;
    text = JSON.stringify({
      ...record,
      owner: HOLDER,
      pid: 4711,
      host: 'elsewhere',
      boot_id: 'b',
      pid_namespace: 'pid:[1]',
      process_started: '1@time:[1]',
      lease_ms: 30_000,
    });
  }
  if (path.includes('.reason.') || /(?:failure|released)~/.test(path))
    text = text.replaceAll(/"(pid|stack|host|owner)": [^\n]*?(,?)\n/g, '"$1": null$2\n');
  // The path of the lease that it was.
  if (path.includes('.reason.')) text = text.replaceAll(/locks\/[^"]*\.json(?=")/g, plain);
  return new TextEncoder().encode(text);
}
