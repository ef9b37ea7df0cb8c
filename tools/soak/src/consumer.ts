import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Message, TaskAssignment } from '@tapps-agents/contracts';
import {
  openQueue,
  reject,
  snooze,
  type HandlerContext,
  type TaskResult,
  type Verdict,
  type WorkContext,
} from '@tapps-agents/queue';
import { childSettings, toldToStop } from './child-settings.ts';
import { EffectStore } from './effect-store.ts';
import { errandIn } from './errand.ts';
import { observeStore } from './observed-store.ts';
import { plantedFileSystem, plantInStore } from './planted-faults.ts';
import { RecordLog, type Outcome } from './soak-record.ts';

/*
 * A consumer: a worker who serves an agent's inbox, or a collector of all outboxes, until it is told to stop. It records each
 * handling, each effect before it is applied, and each settlement after it succeeded.
 */

const settings = childSettings();
const log = new RecordLog(settings.log);
const told = toldToStop();
const effects = new EffectStore(settings.effects);
await run();
log.close();

async function run(): Promise<void> {
  const mq = await openQueue({
    root: settings.root,
    agent: settings.agent ?? 'lead',
    lease: settings.lease_ms,
    fileSystem: plantedFileSystem(settings.plant),
    // However often it is killed, no message is given up for that.
    retry: { maxDeliveries: 900 },
    retention: { processedMaxAge: null, processedMaxCount: null, interval: '2s' },
  });
  plantInStore(mq.store, settings.plant);
  observeStore(mq.store, settings.root, log);
  mq.events.on('recovered', ({ messageId, holder }) =>
    log.write({ event: 'recovered', id: messageId ?? '', owner: holder.owner, pid: holder.pid }),
  );
  mq.events.on('lease_lost', ({ messageId }) => log.write({ event: 'lease_lost', id: messageId ?? '' }));
  mq.events.on('error', reportError);
  const consumer =
    settings.agent === null
      ? mq.collect({ task_complete: collect, status_update: collect }, { concurrency: 4 })
      : mq.work({ task_assignment: work }, { concurrency: 4 });
  await Promise.race([once(told, 'abort'), consumer.done]);
  await mq.close({ grace: '5s' });
  process.stdin.destroy();
}

async function work(task: TaskAssignment, ctx: WorkContext): Promise<TaskResult | Verdict> {
  const id = task.message_id;
  const errand = errandIn(task.inputs.parameters);
  log.write({ event: 'start', id, cause: null });
  const end = (outcome: Outcome): void => log.write({ event: 'finish', id, outcome });
  await pause(errand.work_ms);
  if (errand.rejected) {
    end('rejected');
    return reject('It was sent to be rejected.');
  }
  if (errand.snoozed && ctx.releases === 0) {
    end('snoozed');
    return snooze('100ms');
  }
  if (ctx.failures < errand.failures) {
    end('failed');
    throw new Error('It was sent to fail.');
  }
  await applyOnce(id, ctx);
  if (errand.blocks) blockFor(2.5 * settings.lease_ms);
  if (errand.reports && !ctx.signal.aborted) await ctx.report({ progress_percent: 50 });
  await pause(errand.work_ms / 2);
  end(ctx.signal.aborted ? 'stopped' : 'done');
  return {};
}

async function collect(message: Message, ctx: HandlerContext): Promise<void> {
  const id = message.message_id;
  const cause = message.metadata['causation_id'];
  log.write({ event: 'start', id, cause: typeof cause === 'string' ? cause : null });
  await applyOnce(id, ctx);
  log.write({ event: 'finish', id, outcome: ctx.signal.aborted ? 'stopped' : 'done' });
}

/** The effect of a message, in a system that takes idempotency keys. */
async function applyOnce(id: string, ctx: HandlerContext): Promise<void> {
  await ctx.once('effect', async (stepKey) => {
    const key = settings.plant === 'new-keys' ? `${stepKey} of delivery ${ctx.deliveries}` : stepKey;
    log.write({ event: 'effect', id, key });
    const applied = effects.apply(key);
    await pause(1); // Between the effect and its record, where a crash makes the step run again.
    return applied;
  });
}

/** As a handler does that computes without ever awaiting. */
function blockFor(time_ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, time_ms);
}

function reportError(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  log.write({ event: 'error', code, text: String(error) });
}
