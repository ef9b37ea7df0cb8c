import { setImmediate } from 'node:timers/promises';
import type { Box, Delivery, Queue } from '@tapps-agents/queue';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import { receivedJson } from '../json/receive.ts';
import { lookSignal } from '../io.ts';
import { requireKnownAgent } from '../known-agents.ts';
import { counted } from '../render/counted.ts';
import { age } from '../render/age.ts';
import { resumeCommand } from '../render/pause.ts';
import { join, safe, sanitizeBlock } from '../render/safe-text.ts';
import { openAs, openToAct } from '../session.ts';
import { PatientDeadline } from './patient-deadline.ts';
import type { CommandContext } from '../session.ts';
import { shellWord } from '../shell-word.ts';
import { nearest } from '../suggest.ts';

/** What `receive` was asked for. */
export interface HandRequest {
  readonly agent: string;
  /** Out of its outbox, not its inbox. */
  readonly outbox: boolean;
  /** Undefined: any of {@link TYPES}. */
  readonly type: string | undefined;
  readonly lease_ms: number;
  readonly wait_ms: number;
  readonly count: number;
}

/** The types that this program knows; taking others would make dead letters of them. */
const TYPES = ['task_assignment', 'status_update', 'task_complete'];

/** One look that shows nothing proves nothing, so even who does not wait looks for this long. */
const LEAST_WAIT_MS = 1_000;

/** Takes up to so many messages and tells of each, as soon as it is held. What could not be told goes back. */
export async function receiveByHand(context: CommandContext, request: HandRequest): Promise<ExitCode> {
  const { io, output, program } = context;
  const types = typesOf(request.type);
  await using queue = await (request.outbox ? openToAct(context) : openAs(context, request.agent));
  await requireKnownAgent(queue, request.agent);
  const faults: unknown[] = [];
  queue.events.on('error', (error) => void faults.splice(0, 1, error));
  const canTake = async (): Promise<boolean> =>
    !(await queue.store.isPaused(request.agent)) && (await hasReady(queue, request, types, io.now()));
  // On a busy computer a claim may take longer than the time, so what is ready is waited for.
  const taken = await takeAll(
    context,
    queue,
    request,
    types,
    async () => faults.length === 0 && (await canTake()),
  );
  if (io.interrupts.first.aborted) {
    const held = counted(taken, 'message is', 'messages are');
    throw new CliError('ERR_INTERRUPTED', `Interrupted; ${held} held, nothing else was taken.`);
  }
  if (io.readerLeft?.aborted === true && taken > 0) return ExitCode.ok;
  if (io.readerLeft?.aborted === true)
    throw new CliError('ERR_READER_LEFT', 'Nobody reads the handle, so nothing is held.');
  if (taken > 0) {
    output.remark(
      safe`next: ${program} ack HANDLE   (or retry, reject, snooze, renew); after ${age(request.lease_ms)} it goes back by itself`,
    );
    return ExitCode.ok;
  }
  if (await canTake()) {
    if (faults.length > 0) throw faults[0];
    throw notInTime(request.agent, program);
  }
  const isPaused = await queue.store.isPaused(request.agent);
  throw new CliError(
    'ERR_NOTHING_MATCHED',
    isPaused
      ? `${request.agent} is paused.`
      : `There is no message ${request.outbox ? 'in the outbox of' : 'for'} ${request.agent} now.`,
    { next: isPaused ? await resumeOf(queue, request.agent, program) : `${program} inspect` },
  );
}

function notInTime(agent: string, program: string): CliError {
  return new CliError('ERR_BUSY', `There are messages for ${agent}, but none could be taken in time.`, {
    next: `${program} inspect ${shellWord(agent)}   (who else takes them), then try again`,
  });
}

/** Whether there is something that could have been taken: then what went wrong meanwhile is why it was not. */
async function hasReady(
  queue: Queue,
  { agent: agentId, outbox }: HandRequest,
  types: readonly string[],
  now_ms: number,
): Promise<boolean> {
  const box: Box = { kind: outbox ? 'outbox' : 'inbox', agentId };
  for await (const batch of queue.store.entries({ state: 'ready', box }))
    for (const { messageType, readyAt_ms } of batch)
      if ((messageType === '' || types.includes(messageType)) && (readyAt_ms ?? 0) <= now_ms) return true;
  return false;
}

/** Whoever resumes everything does not resume an agent that is paused by itself. */
async function resumeOf(queue: Queue, agent: string, program: string): Promise<string> {
  const isByItself = (await queue.store.pauses()).some(({ agentId }) => agentId === agent);
  return resumeCommand(program, isByItself ? agent : null);
}

async function takeAll(
  context: CommandContext,
  queue: Queue,
  { agent, outbox, lease_ms, wait_ms, count }: HandRequest,
  types: readonly string[],
  mayCome: () => Promise<boolean>,
): Promise<number> {
  const { io } = context;
  const leaving = lookSignal(io);
  let taken = 0;
  using over = new PatientDeadline(
    Math.max(wait_ms, LEAST_WAIT_MS),
    async () => taken === 0 && (await mayCome()),
  );
  const signal = AbortSignal.any([leaving, over.signal]);
  await using deliveries = queue.receive({
    detached: true,
    ...(outbox && { outboxOf: agent }),
    lease: lease_ms,
    types,
    signal,
    untilEmpty: wait_ms === 0,
  });
  for await (const delivery of deliveries) {
    tell(context, delivery, lease_ms);
    await context.output.drained();
    await setImmediate(); // Whether it was taken is known after that.
    if (leaving.aborted) {
      await delivery.snooze(0); // Perhaps nobody has read its handle.
      break;
    }
    taken += 1;
    if (taken === count) break;
  }
  return taken;
}

function tell({ output }: CommandContext, delivery: Delivery, lease_ms: number): void {
  const { entryId, deliveries, failures, message } = delivery;
  output.data(receivedJson(delivery, lease_ms));
  const lines = [
    safe`${output.style('heading', safe`${message.message_id}`)}  ${message.message_type}`,
    safe`  handle    ${entryId}`,
    safe`  delivery  ${deliveries}, ${failures} failed before`,
    sanitizeBlock(JSON.stringify(message, null, 2).replaceAll(/^/gm, '  ')),
  ];
  output.text(join(lines, '\n'));
}

function typesOf(type: string | undefined): readonly string[] {
  if (type === undefined) return TYPES;
  if (TYPES.includes(type)) return [type];
  const similar = nearest(type, TYPES);
  throw new CliError(
    'ERR_USAGE',
    `--type needs one of ${TYPES.join(', ')}; got ${JSON.stringify(type)}.${similar === undefined ? '' : ` Did you mean ${similar}?`}`,
  );
}
