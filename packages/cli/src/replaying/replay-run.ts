import type { OperationRecord, Queue, ReplayFilter, ReplayOptions, ReplayStep } from '@tapps-agents/queue';
import { CliError } from '../cli-error.ts';
import { MessageEditor } from './edit-message.ts';
import { ExitCode } from '../exit-code.ts';
import { inChunks } from '../in-chunks.ts';
import { stopSignal } from '../io.ts';
import { replayStepJson } from '../json/replay.ts';
import { hintFor } from '../known-agents.ts';
import { hintForType } from '../known-types.ts';
import { operatorName } from '../operator-name.ts';
import { showProgress } from '../progress.ts';
import type { Progress } from '../progress.ts';
import { replayLine, replaySteps } from '../render/replay-steps.ts';
import { safe } from '../render/safe-text.ts';
import { layoutOf } from '../session.ts';
import type { CommandContext } from '../session.ts';
import { shellWord } from '../shell-word.ts';
import { counted, were } from '../render/counted.ts';

/** How `replay` was asked for. */
export interface ReplayRequest {
  readonly from: 'dead' | 'processed';
  readonly filter: ReplayFilter;
  readonly force: boolean;
  readonly resetFailures: boolean;
  readonly to: string | undefined;
  readonly rate: number | undefined;
  readonly edit: boolean;
}

type Tally = Record<ReplayStep['outcome'], number>;

const NOTHING: Tally = { replay: 0, replayed: 0, skip_processed: 0, will_fail: 0, unedited: 0, gone: 0 };

/** Rows of one table of a preview: the time to lay one out grows with the square of its rows. */
const PREVIEW_ROWS = 100;

/** Says what would happen to each message. */
export async function previewReplay(
  context: CommandContext,
  queue: Queue,
  request: ReplayRequest,
): Promise<ExitCode> {
  const { io, output } = context;
  const tally = { ...NOTHING };
  const signal = io.interrupts.first;
  const steps = queue.operations.replay({ ...optionsOf(request), signal });
  await orInterrupted(signal, async () => {
    for await (const chunk of inChunks(steps, PREVIEW_ROWS)) {
      for (const step of chunk) {
        tally[step.outcome] += 1;
        output.data(replayStepJson(step));
      }
      output.text(() => replaySteps(chunk, layoutOf(context)));
      await output.drained();
    }
  });
  const total = Object.values(tally).reduce((sum, one) => sum + one, 0);
  if (total === 0) throw await nothingMatched(queue, request, context.program);
  const held = tally.will_fail + tally.skip_processed;
  const force = held > 0 && !request.force ? '; --force-reprocess takes the others too' : '';
  output.remark(
    safe`This is a preview; nothing was changed. ${tally.replay} of ${total} would be replayed. Add --yes to do it${force}.`,
  );
  return ExitCode.ok;
}

/** Replays. */
export async function actReplay(
  context: CommandContext,
  queue: Queue,
  request: ReplayRequest,
): Promise<ExitCode> {
  const editor = request.edit ? new MessageEditor(context) : null;
  const tally = await carryOut(context, (rest) =>
    queue.operations.replay({
      ...optionsOf(request),
      ...rest,
      ...(editor !== null && { edit: (what) => editor.edit(what) }),
      dryRun: false,
      by: operatorName(),
    }),
  );
  if (Object.values(tally).every((number) => number === 0))
    throw await nothingMatched(queue, request, context.program);
  return conclude(context, tally);
}

/** Goes on with a replay that was interrupted. `id`: `last` or its id. */
export async function resumeReplay(
  context: CommandContext,
  queue: Queue,
  id: string,
  rate: number | undefined,
): Promise<ExitCode> {
  const tally = await carryOut(context, (rest) =>
    queue.operations.resumeReplay(id === 'last' ? null : id, {
      ...(rate !== undefined && { rate }),
      ...rest,
    }),
  );
  return conclude(context, tally);
}

/** Shows each step as it is done, and a bar. */
async function carryOut(
  context: CommandContext,
  begin: (rest: Pick<ReplayOptions, 'signal' | 'onBegin'>) => AsyncIterable<ReplayStep>,
): Promise<Tally> {
  const { io, output, program } = context;
  const tally = { ...NOTHING };
  let progress: Progress | undefined;
  let record: OperationRecord | undefined;
  const signal = stopSignal(io.interrupts);
  const steps = begin({
    signal,
    onBegin: async (begun) => {
      record = begun;
      output.detail(safe`replay ${begun.id}: ${counted(begun.total, 'message')} chosen`);
      progress = await showProgress(context, 'replaying', begun.total);
      progress.advance(Object.values(begun.tally).reduce((sum, one) => sum + one, 0));
    },
  });
  const next = (): string =>
    record === undefined ? 'run it again' : `${program} replay --resume ${record.id}`;
  try {
    await orInterrupted(
      signal,
      async () => {
        for await (const step of steps) {
          tally[step.outcome] += 1;
          output.data(replayStepJson(step));
          output.text(() => replayLine(step, output.style));
          if (step.outcome !== 'unedited') progress?.advance();
          await output.drained();
        }
      },
      () => [`Interrupted; ${were(tally.replayed)} replayed, nothing is half done.`, next()],
    );
  } finally {
    progress?.[Symbol.dispose]();
  }
  return tally;
}

async function orInterrupted(
  signal: AbortSignal,
  work: () => Promise<void>,
  say: () => readonly [message: string, next: string] = () => [
    'Interrupted; nothing was changed.',
    'run it again',
  ],
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!signal.aborted) throw error;
    const [message, next] = say();
    throw new CliError('ERR_INTERRUPTED', message, { next });
  }
}

function optionsOf({ from, filter, force, resetFailures, to, rate }: ReplayRequest): ReplayOptions {
  return {
    from,
    filter,
    force,
    resetCounters: resetFailures,
    ...(to !== undefined && { to }),
    ...(rate !== undefined && { rate }),
  };
}

function conclude({ output }: CommandContext, tally: Tally): ExitCode {
  const left = tally.will_fail + tally.gone + tally.replay + tally.unedited;
  output.remark(
    safe`${tally.replayed} replayed, ${tally.skip_processed} skipped (handled before), ${left} not replayed.`,
  );
  if (left === 0) return ExitCode.ok;
  return tally.replayed > 0 ? ExitCode.partlyDone : ExitCode.failure;
}

async function nothingMatched(
  queue: Queue,
  { filter, from }: ReplayRequest,
  program: string,
): Promise<CliError> {
  const what =
    from === 'processed'
      ? 'No handled message matches.'
      : 'No dead letter matches; there is nothing to replay.';
  const agentHint = filter.agentId === undefined ? undefined : await hintFor(queue, filter.agentId);
  // The names of finished messages do not tell their types.
  const hint = agentHint ?? (from === 'dead' ? await hintForType(queue, filter, from) : undefined);
  // One that is asked for by its id may be elsewhere, or may have gone as another.
  const elsewhere = filter.id === undefined ? '' : ` ${shellWord(filter.id)}`;
  const next = from === 'processed' || elsewhere !== '' ? `${program} inspect${elsewhere}` : `${program} dlq`;
  return new CliError('ERR_NOTHING_MATCHED', hint === undefined ? what : `${what} ${hint}`, { next });
}
