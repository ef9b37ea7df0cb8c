import { randomUUID } from 'node:crypto';
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { serializeMessage, taskAssignment, type TaskAssignment } from '@tapps-agents/contracts';
import { openQueue, type Queue } from '@tapps-agents/queue';
import { Random } from '../../simulate/src/random.ts';
import { childSettings, toldToStop } from './child-settings.ts';
import { digestOf } from './digest.ts';
import { drawErrand, drawSending, type Sending } from './errand.ts';
import { plantedFileSystem, plantInStore } from './planted-faults.ts';
import { RecordLog } from './soak-record.ts';
import { unknownOutcomes } from './unknown-outcomes.ts';

/*
 * A producer: sends tasks until it is told to stop, and records each attempt before, and each success after it. It waits
 * while the inboxes are full, so that what is left to be drained does not depend on how fast this computer is.
 */

/** So many messages may wait in all inboxes together. */
const MAX_BACKLOG = 1_000;
/** So many messages are sent between two looks at the inboxes. */
const SENT_PER_LOOK = 20;

const settings = childSettings();
const log = new RecordLog(settings.log);
const told = toldToStop();
await run();
log.close();

async function run(): Promise<void> {
  const random = new Random(settings.seed + settings.incarnation * 7_919);
  const mq = await openQueue({
    root: settings.root,
    agent: settings.place,
    fileSystem: plantedFileSystem(settings.plant),
    retention: false,
  });
  plantInStore(mq.store, settings.plant);
  mq.events.on('error', reportError);
  try {
    await sendAgain(mq, random);
    for (let number = 1; !told.aborted; number += 1) {
      if (number % SENT_PER_LOOK === 1) await untilThereIsRoom();
      await send(mq, makeTask(number, random), drawSending(random));
      await pause(random.integer(0, 2 * settings.pause_ms));
    }
  } finally {
    await mq.close();
  }
}

/** What a killed predecessor had begun to send, and perhaps sent: under the same ids, as the protocol asks. */
async function sendAgain(mq: Queue, random: Random): Promise<void> {
  for (const text of unknownOutcomes(settings)) {
    if (random.chance(0.7)) await send(mq, JSON.parse(text) as TaskAssignment, drawSending(random));
  }
}

async function send(mq: Queue, task: TaskAssignment, { way, delay_ms }: Sending): Promise<void> {
  const { message_id: id } = task;
  const copies = way === 'twice at once' ? [task, task] : [task];
  for (let time = 0; time < (way === 'twice' ? 2 : 1); time += 1) {
    for (const copy of copies) {
      const text = serializeMessage(copy);
      log.write({ event: 'attempt', id, digest: digestOf(text), text });
    }
    try {
      if (way === 'outside') sendFromOutside(task);
      else await mq.sendMany(copies, { delay: delay_ms });
      for (const _copy of copies) log.write({ event: 'sent', id });
    } catch (error) {
      reportError(error);
    }
  }
}

/** As a program without this project's code would do it: a temporary file, and a rename to some name. */
function sendFromOutside(task: TaskAssignment): void {
  const temporary = join(settings.root, 'tmp', `${randomUUID()}.tmp`);
  writeFileSync(temporary, serializeMessage(task), { mode: 0o600, flag: 'wx' });
  renameSync(temporary, join(settings.root, 'inbox', task.assigned_to ?? '', `${randomUUID()}.json`));
}

function makeTask(number: number, random: Random): TaskAssignment {
  const errand = drawErrand(random);
  const message_id = `${settings.place}.${settings.incarnation}.${number}`;
  return taskAssignment({
    message_id,
    workflow_id: settings.place,
    task_id: `${settings.incarnation}-${Math.floor(number / 50)}`,
    agent_id: settings.place,
    assigned_to: random.pick(settings.agents),
    priority: random.pick(['high', 'medium', 'low']),
    idempotency_key: random.chance(0.2) ? `order of ${message_id}` : null,
    inputs: { parameters: { ...errand } },
    retry_policy: { max_retries: 4, backoff_seconds: random.integer(0, 1), backoff_multiplier: 1 },
  });
}

async function untilThereIsRoom(): Promise<void> {
  while (!told.aborted) {
    const waiting = settings.agents.map((agent) => readdirSync(join(settings.root, 'inbox', agent)).length);
    if (waiting.reduce((sum, count) => sum + count, 0) < MAX_BACKLOG) return;
    await pause(100);
  }
}

function reportError(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  log.write({ event: 'error', code, text: String(error) });
}
