import { stripVTControlCharacters } from 'node:util';
import type { Duration, HandlerContext, Queue, Verdict } from '@tapps-agents/queue';
import type { Message } from '@tapps-agents/contracts';
import type { CliError } from '../cli-error.ts';
import { ExecHandler } from './exec-handler.ts';
import { lookSignal } from '../io.ts';
import { partlyDone } from '../partly-done.ts';
import { safe, sanitizeBlock } from '../render/safe-text.ts';
import { shortened } from '../render/shortened.ts';
import type { CommandContext } from '../session.ts';
import { Patience } from '../patience.ts';
import { WaitingNotice } from './waiting-notice.ts';
import { WorkReport } from './work-report.ts';

/** What `work` was asked for. */
export interface WorkArguments {
  readonly agent: string;
  readonly file: string;
  readonly arguments: readonly string[];
  readonly once: boolean;
  readonly untilEmpty: boolean;
  readonly concurrency: number;
  readonly timeout?: Duration;
  readonly lease?: Duration;
}

/** What a worker has come to. */
export interface WorkTally {
  readonly acked: number;
  /** Messages that this worker gave up; with `--once`, also one that is to be tried again. */
  readonly failed: number;
  /** Those of them that are dead letters now. */
  readonly died: number;
}

/** How long a command that is told to stop may take, before it is killed. */
const KILL_AFTER_MS = 5_000;

/**
 * Works on an agent's inbox until it has done what it was asked for, or is interrupted: after the first interrupt, commands
 * in hand may finish (25 s); after the second they are killed at once. What is not finished goes back either way. One that would go on
 * without end also ends when nobody reads any more what it tells; others go on to theirs.
 *
 * @throws CliError `ERR_COMMAND_NOT_STARTED` where the command cannot be run at all; `ERR_PARTLY_DONE` for that, or another failure
 *   that keeps it from its end, once some are done
 */
export async function runWorker(
  queue: Queue,
  options: WorkArguments,
  context: CommandContext,
): Promise<WorkTally> {
  const { io } = context;
  const ended = options.once || options.untilEmpty ? io.interrupts.first : lookSignal(io);
  const report = new WorkReport(context, queue);
  const broken = new AbortController();
  const patience = new Patience(queue.events, options.once || options.untilEmpty, () => broken.abort());
  let cannotStart: CliError | undefined;
  const handler = new ExecHandler({
    file: options.file,
    arguments: options.arguments,
    root: context.root.path,
    cwd: io.cwd,
    env: io.env,
    kill: io.interrupts.second,
    killAfter_ms: KILL_AFTER_MS,
    onCannotStart: (error) => {
      cannotStart = error;
      broken.abort();
    },
    onSaid: (taskId, line) => passOn(context, taskId, line),
  });
  const acknowledge = async (message: Message, delivery: HandlerContext): Promise<Verdict | void> => {
    const outcome = await handler.handle(message, delivery);
    return 'verdict' in outcome ? outcome : undefined;
  };
  const consumer = queue.work(
    {
      task_assignment: (message, delivery) => handler.handle(message, delivery),
      status_update: acknowledge,
      task_complete: acknowledge,
    },
    {
      concurrency: options.concurrency,
      signal: AbortSignal.any([ended, broken.signal]),
      untilEmpty: options.untilEmpty,
      ...(options.once && { limit: 1 }),
      ...(options.timeout !== undefined && { handlerTimeout: options.timeout }),
      ...(options.lease !== undefined && { lease: options.lease }),
    },
  );
  using _waiting = noticeWaiting(queue, options, context);
  const stopNow = (): void => void consumer.stop({ grace: 0 }).catch(() => undefined);
  io.interrupts.second.addEventListener('abort', stopNow, { once: true });
  ended.addEventListener('abort', () => announceStop(context), { once: true });
  await consumer.done;
  await handler.idle();
  const gaveUp = cannotStart !== undefined || patience.isOver;
  if (gaveUp && report.acked > 0) {
    const dead = report.quarantined === 0 ? '' : `, ${report.quarantined} dead`;
    const cause = cannotStart ?? patience.lastError;
    throw partlyDone(`${report.acked} done${dead}`, cause, 'run it again for the others');
  }
  if (cannotStart !== undefined) throw cannotStart;
  if (patience.isOver) throw patience.lastError;
  const unfinished = options.once && report.acked === 0 && patience.lastError !== undefined ? 1 : 0;
  return {
    acked: report.acked,
    died: report.quarantined,
    failed: report.quarantined + (options.once ? report.retried : 0) + unfinished,
  };
}

const TICK_MS = 1_000;

/** Keeps saying what is waited for, until it is disposed of. */
function noticeWaiting(queue: Queue, options: WorkArguments, { io, output }: CommandContext): Disposable {
  const { agent, untilEmpty, once } = options;
  const notice = new WaitingNotice(output, {
    agent,
    end: once ? 'once' : untilEmpty ? 'empty' : 'never',
    now: io.now,
    look: () => queue.operations.inspectAgent(agent),
  });
  for (const name of ['claimed', 'resumed'] as const) queue.events.on(name, notice.forget);
  let isTicking = false;
  const tick = async (): Promise<void> => {
    if (isTicking || io.interrupts.first.aborted) return;
    isTicking = true;
    await notice.tick();
    isTicking = false;
  };
  const timer = setInterval(() => void tick(), TICK_MS);
  timer.unref();
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      notice.forget();
      output.status(null);
    },
  };
}

function announceStop({ io, output }: CommandContext): void {
  if (!io.interrupts.second.aborted)
    output.remark(safe`Stopping: commands in hand may finish for 25 s. Interrupt again to end them at once.`);
}

/** A line that a command says on standard error goes to ours, under its task's id; not between lines of JSON. */
function passOn({ output }: CommandContext, taskId: string, line: string): void {
  const text = stripVTControlCharacters(line).trimEnd();
  if (text !== '') output.remark(safe`[${shortened(taskId, 40)}] ${sanitizeBlock(text)}`);
}
