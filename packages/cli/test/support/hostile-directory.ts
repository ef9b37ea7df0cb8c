import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openQueue } from '@tapps-agents/queue';
import { onTestFinished } from 'vitest';
import { HOSTILE, HOSTILE_ID } from './hostile-text.ts';
import { dropFile, nodeCommand, sendMessages, task } from './queue-directory.ts';
import { runCli } from './run-cli.ts';

/** Names the place that a text was put in, so that a test can see that the place is shown at all. */
export function at(place: string): string {
  return `<${place}>${HOSTILE}`;
}

/** Every place on disk that commands show text from; `windows-safe` file names have no control characters. */
export const SHOWN_PLACES = [
  'payload',
  'payload key',
  'metadata',
  'not json',
  'created at',
  'reason',
  'pointer',
  'expected',
  'found',
  'error name',
  'error message',
  'error code',
  'failure host',
  'last words',
  'pause note',
  'paused by',
  'holder host',
] as const;

/** Fills a working directory with a messages directory in which everything that can be hostile is. */
export async function fillHostileDirectory(cwd: string): Promise<void> {
  const root = join(cwd, '.tapps-agents/messages');
  await runCli(['init'], { cwd });
  await runCli(['agents', 'register', 'coder', `agent ${HOSTILE_ID}`, `long ${HOSTILE_ID.repeat(20)}`], {
    cwd,
  });
  mkdirSync(join(root, 'inbox/%1b%5b31m%0dover')); // What an id with an escape sequence would be encoded to.
  mkdirSync(join(root, 'outbox/%1b%5b31m%0dover'));
  if (process.platform !== 'win32') mkdirSync(join(root, `inbox/${HOSTILE}`));
  await quarantineSome(cwd);
  rewrite(join(root, 'dlq'), '.reason.json', hostileReason);
  await failOnce(cwd);
  rewrite(join(root, 'journal'), 'failure~', hostileFailure);
  await leaveReady(cwd);
  await leaveLeased(root);
  writeFileSync(join(root, 'locks/paused/all.json'), pauseRecord());
  writeFileSync(join(root, 'locks/paused/agent~coder.json'), pauseRecord());
  writeFileSync(join(root, 'locks/paused/agent~%1b%5b31m.json'), pauseRecord());
}

async function quarantineSome(cwd: string): Promise<void> {
  const whole = { ...task(), schema_version: '1.0', message_id: 'schema', created_at: at('created at') };
  dropFile(cwd, 'coder', 'text.json', `${at('not json')}{`);
  if (process.platform !== 'win32') dropFile(cwd, 'coder', `${HOSTILE}.json`, '{');
  dropFile(cwd, 'coder', 'schema.json', JSON.stringify({ ...whole, [HOSTILE]: HOSTILE }));
  dropFile(
    cwd,
    'coder',
    'id.json',
    JSON.stringify({ ...whole, message_id: at('id'), message_type: HOSTILE, assigned_to: HOSTILE }),
  );
  dropFile(cwd, 'coder', 'lost.json', JSON.stringify({ ...whole, message_id: 'lost', assigned_to: 'boss' }));
  await sendMessages(cwd, hostileTask('rejected'), hostileTask(`id ${HOSTILE_ID}`));
  await runCli(['work', '--agent', 'coder', '--until-empty', ...LAST_WORDS], { cwd });
}

/** A command that rejects its message with hostile words, and says more on both streams. */
export const LAST_WORDS = nodeCommand(
  `process.stdout.write(${JSON.stringify(HOSTILE)}); process.stderr.write(${JSON.stringify(`<said>${HOSTILE}\n${at('last words')}`)}); process.exitCode = 65`,
);

/** A task with every text that may be hostile. */
export function hostileTask(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return task({
    message_id: id,
    task_id: `task ${HOSTILE_ID}`,
    workflow_id: `workflow ${HOSTILE_ID}`,
    agent_id: `boss ${HOSTILE_ID}`,
    idempotency_key: HOSTILE,
    metadata: { [HOSTILE]: at('metadata') },
    inputs: { files: [at('payload')], config: { [at('payload key')]: HOSTILE } },
    ...more,
  });
}

async function failOnce(cwd: string): Promise<void> {
  const retry_policy = { max_retries: 3, backoff_seconds: 3_600 };
  await sendMessages(cwd, hostileTask('failed', { retry_policy }));
  const fails = nodeCommand('process.exitCode = 1');
  await runCli(['work', '--agent', 'coder', '--once', ...fails], { cwd });
}

async function leaveReady(cwd: string): Promise<void> {
  await sendMessages(cwd, hostileTask('done'));
  await runCli(['work', '--agent', 'coder', '--once', ...nodeCommand('')], { cwd });
  await sendMessages(cwd, hostileTask('ready'));
}

/** A lease whose owner's record says hostile things of itself. */
async function leaveLeased(root: string): Promise<void> {
  const queue = await openQueue({ root, agent: 'coder', retention: false });
  await queue.send({
    ...(JSON.parse(readyText(root)) as Parameters<typeof queue.send>[0]),
    message_id: 'leased',
  });
  const box = { kind: 'inbox', agentId: 'coder' } as const;
  const wanted = { accepts: ({ messageId }: { messageId: string | null }) => messageId === 'leased' };
  const claim = await queue.store.openBox(box, wanted).claim();
  if (claim.kind === 'empty') throw new Error('There is nothing to lease.');
  const owners = join(root, 'locks/owners');
  const name = readdirSync(owners).find((each) => each.endsWith('.json')) ?? ''; // Beside it, on Windows, what it holds open.
  const record = JSON.parse(readFileSync(join(owners, name), 'utf8')) as object;
  writeFileSync(
    join(owners, name),
    JSON.stringify({ ...record, host: at('holder host'), agent_id: HOSTILE, pid: 4_194_305 }),
  );
  // Closing hands the message back, and its record is what is to be seen: so only before the directory goes.
  onTestFinished(() => queue.close());
}

function readyText(root: string): string {
  const inbox = join(root, 'inbox/coder');
  const name = readdirSync(inbox).find((each) => each.includes('_ready_')) ?? '';
  return readFileSync(join(inbox, name), 'utf8');
}

function rewrite(directory: string, part: string, change: (value: Record<string, unknown>) => object): void {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.includes(part)) continue;
    const path = join(entry.parentPath, entry.name);
    const value = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    // The reason that names what a command said is what it said, and stays.
    writeFileSync(path, JSON.stringify(change(value)));
  }
}

function hostileReason(reason: Record<string, unknown>): object {
  if (String(reason['reason']).includes('<last words>')) return reason;
  return {
    ...reason,
    reason: at('reason'),
    details: [{ pointer: at('pointer'), expected: at('expected'), found: at('found') }],
    history: [
      hostileFailure({ delivery: 1, at: '2026-01-09T12:30:15Z', kind: 'failed', owner: null, pid: 1 }),
    ],
  };
}

function hostileFailure(failure: Record<string, unknown>): object {
  return {
    ...failure,
    agent_id: 'coder',
    host: at('failure host'),
    error: {
      name: at('error name'),
      message: at('error message'),
      code: at('error code'),
      stack: HOSTILE,
    },
  };
}

function pauseRecord(): string {
  const record = {
    agent_id: HOSTILE,
    paused_at: HOSTILE,
    paused_by: at('paused by'),
    note: at('pause note'),
  };
  return JSON.stringify(record);
}
