import { setImmediate } from 'node:timers/promises';
import type { Queue, SendOptions } from '@tapps-agents/queue';
import { CliError } from '../cli-error.ts';
import type { Overlay } from './draft-options.ts';
import { describeError } from '../error-report.ts';
import { ExitCode } from '../exit-code.ts';
import { inChunks } from '../in-chunks.ts';
import { sentJson } from '../json/send.ts';
import type { GivenMessage } from './message-input.ts';
import type { Input } from '../open-input.ts';
import { orAborted } from '../or-aborted.ts';
import { partlyDone } from '../partly-done.ts';
import { were } from '../render/counted.ts';
import { ranges } from '../render/ranges.ts';
import { safe } from '../render/safe-text.ts';
import type { SendOutcome } from './send-messages.ts';
import { openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';

/** Messages flushed to disk together. */
const BATCH = 100;

/** How far it has come. */
interface Tally {
  sent: number;
  /** Not sent, for a fault of their own. */
  refused: number;
  /** The lines that were to be sent, and could not be. */
  unsent: number[];
  /** Of what comes after this line, nothing was tried. */
  line: number;
}

type Options = SendOptions & { readonly overlay: Overlay | undefined };

/**
 * Sends every message of an input, and tells of each; `overlay` changes each of them first. An interrupt ends it between two batches,
 * or while it waits for input; what fails for another cause than a message ends it after the batch, and says which are to be sent again.
 */
export async function sendAll(context: CommandContext, input: Input, options: Options): Promise<ExitCode> {
  await using queue = await openToAct(context);
  const [{ MAX_MESSAGE_BYTES }, { messagesIn }] = await Promise.all([
    import('@tapps-agents/contracts'),
    import('./message-input.ts'),
  ]);
  const tally: Tally = { sent: 0, refused: 0, unsent: [], line: 0 };
  try {
    const batches = inChunks(messagesIn(input.bytes, input.name, MAX_MESSAGE_BYTES), BATCH);
    for (;;) {
      const { done, value: batch } = await orAborted(batches.next(), context.io.interrupts.first, () =>
        interrupted(tally),
      );
      if (done === true) break;
      await sendBatch(context, queue, batch, options, tally);
      await context.output.drained();
      await setImmediate(); // Whether it was interrupted is known after that: what is already in memory is sent without a pause.
    }
  } catch (error) {
    if (tally.sent === 0 || (error instanceof CliError && error.code === 'ERR_INTERRUPTED')) throw error;
    throw partlyDone(`${were(tally.sent)} sent`, error, theOthers(tally));
  }
  return conclude(tally, input.name);
}

function interrupted(tally: Tally): CliError {
  if (tally.sent === 0) return new CliError('ERR_INTERRUPTED', 'Interrupted; nothing was sent.');
  return new CliError('ERR_INTERRUPTED', `Interrupted; ${were(tally.sent)} sent, whole, and no other.`, {
    next: theOthers(tally),
  });
}

/** Which are still to be sent: to send one again that was given no id makes a second message of it. */
function theOthers({ unsent, line }: Tally): string {
  const after = `what comes after line ${line}`;
  if (unsent.length === 0) return `send the others: ${after}`;
  return `send the others: line${unsent.length === 1 ? '' : 's'} ${ranges(unsent)}, and ${after}`;
}

function conclude({ sent, refused }: Tally, name: string): ExitCode {
  if (sent + refused === 0)
    throw new CliError('ERR_NOT_A_MESSAGE', `There is no message in ${name}.`, {
      next: 'give a message as JSON, or one a line; tapps-mq send --help has examples',
    });
  if (refused === 0) return ExitCode.ok;
  const next = 'correct the lines that are named above and send them alone; the others are on their way';
  if (sent > 0)
    throw new CliError(
      'ERR_PARTLY_DONE',
      `${sent} of ${sent + refused} messages were sent, ${were(refused)} not.`,
      { next },
    );
  throw new CliError(
    'ERR_NOT_A_MESSAGE',
    refused === 1
      ? `The message in ${name} was not sent.`
      : `None of the ${refused} messages in ${name} was sent.`,
    {
      next: 'correct the lines that are named above',
    },
  );
}

/** Sends a batch, and tells of each message, in order. Throws what failed for another cause than a message, once all are told of. */
async function sendBatch(
  context: CommandContext,
  queue: Queue,
  batch: readonly GivenMessage[],
  { overlay, ...options }: Options,
  tally: Tally,
): Promise<void> {
  const [{ messageFromDraft }, { isAboutMessage, sendTogether }] = await Promise.all([
    import('./draft.ts'),
    import('./send-messages.ts'),
  ]);
  const given = batch.map(({ where, line, bytes }) => {
    try {
      return { where, line, message: messageFromDraft(bytes, context.io.now(), overlay) };
    } catch (error) {
      if (!isAboutMessage(error)) throw error;
      return { where, line, fault: error };
    }
  });
  const outcomes = await sendTogether(queue, given, options);
  for (const outcome of outcomes) tell(context, outcome, tally);
  tally.line = batch.at(-1)?.line ?? tally.line;
  for (const outcome of outcomes) if ('failure' in outcome) throw outcome.failure;
}

/** Tells of one of many, and counts it; what is wrong with the only one is thrown. */
function tell(context: CommandContext, outcome: SendOutcome, tally: Tally): void {
  const { line, where } = outcome;
  const { output, program } = context;
  if ('result' in outcome) {
    const { status, messageId, box } = outcome.result;
    output.data(sentJson(outcome.result));
    output.text(safe`${status} ${messageId} in the ${box.kind} of ${box.agentId}`);
    tally.sent += 1;
    return;
  }
  const error = 'fault' in outcome ? outcome.fault : outcome.failure;
  if (line === null) throw error;
  const { code, message } = describeError(error, program);
  if ('fault' in outcome) {
    output.warn(code, `${where}: ${message}`);
    tally.refused += 1;
  } else if (outcome.isInPlace) {
    output.warn(
      code,
      `${where} is in its box, but the disk did not confirm that it stays there. Sent again, it would be there twice unless it has an id.`,
    );
  } else tally.unsent.push(line);
}
