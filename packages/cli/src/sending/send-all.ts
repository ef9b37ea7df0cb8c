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
import { safe } from '../render/safe-text.ts';
import type { Outgoing, SendOutcome } from './send-messages.ts';
import { openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';
import { were } from '../render/counted.ts';

/** Messages flushed to disk together. */
const BATCH = 100;

/**
 * Sends every message of an input, and tells of each; `overlay` changes each of them first. An interrupt ends it between two batches,
 * or while it waits for input.
 */
export async function sendAll(
  context: CommandContext,
  input: Input,
  options: SendOptions & { readonly overlay: Overlay | undefined },
): Promise<ExitCode> {
  await using queue = await openToAct(context);
  const [{ MAX_MESSAGE_BYTES }, { messagesIn }] = await Promise.all([
    import('@tapps-agents/contracts'),
    import('./message-input.ts'),
  ]);
  let sent = 0;
  let refused = 0;
  const others = 'send the others: the last that is told is the last that was sent';
  const interrupted = (): CliError =>
    new CliError(
      'ERR_INTERRUPTED',
      sent === 0 ? 'Interrupted; nothing was sent.' : `Interrupted; ${were(sent)} sent, whole, and no other.`,
      sent === 0 ? {} : { next: others },
    );
  try {
    const batches = inChunks(messagesIn(input.bytes, input.name, MAX_MESSAGE_BYTES), BATCH);
    for (;;) {
      const { done, value: batch } = await orAborted(
        batches.next(),
        context.io.interrupts.first,
        interrupted,
      );
      if (done === true) break;
      for (const outcome of await sendGiven(context, queue, batch, options)) {
        if ('error' in outcome && outcome.line === null) throw outcome.error;
        if ('error' in outcome) refused += 1;
        else sent += 1;
      }
      await context.output.drained();
      await setImmediate(); // Whether it was interrupted is known after that: what is already in memory is sent without a pause.
    }
  } catch (error) {
    if (sent === 0 || context.io.interrupts.first.aborted) throw error;
    throw new CliError(
      'ERR_PARTLY_DONE',
      `${were(sent)} sent, then sending failed: ${describeError(error, '').message}`,
      { cause: error, next: `mend that, then ${others}` },
    );
  }
  return conclude(sent, refused, input.name);
}

function conclude(sent: number, refused: number, name: string): ExitCode {
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

type Told = { readonly line: number | null } & ({ readonly error: unknown } | { readonly sent: true });

/** Sends a batch, tells of each message, in order, and returns what became of each. */
async function sendGiven(
  context: CommandContext,
  queue: Queue,
  batch: readonly GivenMessage[],
  { overlay, ...options }: SendOptions & { readonly overlay: Overlay | undefined },
): Promise<readonly Told[]> {
  const [{ messageFromDraft }, { isAboutMessage, sendTogether }] = await Promise.all([
    import('./draft.ts'),
    import('./send-messages.ts'),
  ]);
  const outgoing: Outgoing[] = [];
  const faulty: Told[] = [];
  for (const { where, line, bytes } of batch) {
    try {
      outgoing.push({ where, line, message: messageFromDraft(bytes, context.io.now(), overlay) });
    } catch (error) {
      if (!isAboutMessage(error)) throw error;
      if (line !== null) warnOf(context, where, error);
      faulty.push({ line, error });
    }
  }
  const outcomes = await sendTogether(queue, outgoing, options);
  return [...faulty, ...outcomes.map((outcome) => tell(context, outcome))];
}

function tell(context: CommandContext, outcome: SendOutcome): Told {
  const { line, where } = outcome.outgoing;
  if ('error' in outcome) {
    if (line !== null) warnOf(context, where, outcome.error);
    return { line, error: outcome.error };
  }
  const { status, messageId, box } = outcome.result;
  context.output.data(sentJson(outcome.result));
  context.output.text(safe`${status} ${messageId} in the ${box.kind} of ${box.agentId}`);
  return { line, sent: true };
}

function warnOf({ output, program }: CommandContext, where: string, error: unknown): void {
  const { code, message } = describeError(error, program);
  output.warn(code, `${where}: ${message}`);
}
