import type { OperationRecord, Queue, ReplayFilter, ReplayOptions, ReplayStep } from '@tapps-agents/queue';
import { CliError } from '../cli-error.ts';
import { MessageEditor } from './edit-message.ts';
import { ExitCode } from '../exit-code.ts';
import { inChunks } from '../in-chunks.ts';
import { lookSignal } from '../io.ts';
import { replayStepJson } from '../json/replay.ts';
import { hintFor } from '../known-agents.ts';
import { hintForType } from '../known-types.ts';
import { operatorName } from '../operator-name.ts';
import { partlyDone } from '../partly-done.ts';
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

/** Rows of one table of a preview: nobody waits for the first until the last is laid out. */
const PREVIEW_ROWS = 100;

/** Says what would happen to each message. */
export async function previewReplay(
  context: CommandContext,
  queue: Queue,
  request: ReplayRequest,
): Promise<ExitCode> {
  const { io, output, program } = context;
  const tally = await showSteps(
    context,
    queue.operations.replay({ ...optionsOf(request), signal: lookSignal(io) }),
  );
  const total = sumOf(tally);
  if (total === 0) throw await nothingMatched(queue, request, program);
  output.remark(
    safe`This is a preview; nothing was changed. ${tally.replay} of ${total} would be replayed. ${howToAct(tally, request)}`,
  );
  await remindOfUnfinished(context, queue);
  return ExitCode.ok;
}

/** What to add, to do it: `--yes` does nothing where nothing would go, and then another option may help. */
function howToAct(
  { replay, will_fail: failing, skip_processed: handled }: Tally,
  request: ReplayRequest,
): string {
  const others: string[] = [];
  if (failing > 0) {
    if (request.to === undefined)
      others.push('--edit mends what would fail again', '--to AGENT lets another agent have it');
    else others.push('--edit without --to mends what would fail again');
  }
  if (failing + handled > 0 && !request.force)
    others.push(`--force-reprocess takes ${replay === 0 ? 'them as they are' : 'the others too'}`);
  const act = replay === 0 ? [] : ['Add --yes to do it'];
  const ways = [...act, ...others].join('; ');
  return ways === '' ? '' : `${ways}${replay === 0 ? '; each with --yes' : ''}.`;
}

/** Says in a line that a replay was begun and not finished, and what shows the rest of it. */
async function remindOfUnfinished({ output, program }: CommandContext, queue: Queue): Promise<void> {
  for await (const { kind, endedAt, atWork, id, by } of queue.operations.log()) {
    if (kind !== 'replay' || endedAt !== null || atWork === true) continue;
    const unless = atWork === false ? '' : 'unless it is still running, ';
    output.remark(
      safe`Replay ${id}, by ${by}, is not finished; ${unless}what is left of it: ${program} replay --resume ${id}`,
    );
    return;
  }
}

/** Says what is left of a replay that was interrupted, and what would become of it. `id`: `last` or its id. */
export async function previewResume(context: CommandContext, queue: Queue, id: string): Promise<ExitCode> {
  const { io, output, program } = context;
  const steps = queue.operations.resumeReplay(id === 'last' ? null : id, {
    dryRun: true,
    signal: lookSignal(io),
  });
  const tally = await showSteps(context, steps);
  output.remark(
    safe`This is a preview; nothing was changed. ${tally.replay} of the ${sumOf(tally)} that are left would be replayed. To go on: ${program} replay --resume ${shellWord(id)} --yes`,
  );
  return ExitCode.ok;
}

/** Shows the steps of a preview, and counts them. */
async function showSteps(context: CommandContext, steps: AsyncIterable<ReplayStep>): Promise<Tally> {
  const { io, output } = context;
  const tally = { ...NOTHING };
  try {
    for await (const chunk of inChunks(steps, PREVIEW_ROWS)) {
      for (const step of chunk) {
        tally[step.outcome] += 1;
        output.data(replayStepJson(step));
      }
      output.text(() => replaySteps(chunk, layoutOf(context)));
      await output.drained();
    }
  } catch (error) {
    if (!lookSignal(io).aborted) throw error;
    throw new CliError('ERR_INTERRUPTED', 'Interrupted; nothing was changed.', { next: 'run it again' });
  }
  return tally;
}

function sumOf(tally: Readonly<Record<string, number>>): number {
  return Object.values(tally).reduce((sum, one) => sum + one, 0);
}

/** Replays. */
export async function actReplay(
  context: CommandContext,
  queue: Queue,
  request: ReplayRequest,
): Promise<ExitCode> {
  const editor = request.edit ? new MessageEditor(context) : null;
  const tally = await carryOut(context, queue, (rest) =>
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
  const tally = await carryOut(context, queue, (rest) =>
    queue.operations.resumeReplay(id === 'last' ? null : id, {
      ...(rate !== undefined && { rate }),
      ...rest,
      by: operatorName(),
    }),
  );
  return conclude(context, tally);
}

/** Shows each step as it is done, and a bar. @throws CliError `ERR_INTERRUPTED`, or `ERR_PARTLY_DONE` where it failed after some */
async function carryOut(
  context: CommandContext,
  queue: Queue,
  begin: (rest: Pick<ReplayOptions, 'signal' | 'onBegin'>) => AsyncIterable<ReplayStep>,
): Promise<Tally> {
  const { io, output, program } = context;
  const tally = { ...NOTHING };
  let progress: Progress | undefined;
  let record: OperationRecord | undefined;
  const steps = begin({
    signal: io.interrupts.first,
    onBegin: async (begun) => {
      record = begun;
      output.detail(safe`replay ${begun.id}: ${counted(begun.total, 'message')} chosen`);
      progress = await showProgress(context, 'replaying', begun.total);
      progress.advance(sumOf(begun.tally));
    },
  });
  try {
    for await (const step of steps) {
      tally[step.outcome] += 1;
      output.data(replayStepJson(step));
      output.text(() => replayLine(step, output.style));
      if (step.outcome !== 'unedited') progress?.advance();
      await output.drained();
    }
  } catch (error) {
    const replayed = `${were(tally.replayed)} replayed`;
    if (io.interrupts.first.aborted) {
      throw new CliError('ERR_INTERRUPTED', `Interrupted; ${replayed}, nothing is half done.`, {
        next: record === undefined ? 'run it again' : resumeCommand(record, program),
      });
    }
    if (tally.replayed === 0 || record === undefined) throw error;
    const isLeft = await canBeGoneOnWith(queue, record);
    throw partlyDone(
      replayed,
      error,
      isLeft ? `go on: ${resumeCommand(record, program)}` : 'run it again for the others',
    );
  } finally {
    progress?.[Symbol.dispose]();
  }
  return tally;
}

function resumeCommand({ id }: OperationRecord, program: string): string {
  return `${program} replay --resume ${id} --yes`;
}

/** Not one that has come to its end: where single messages failed, the others went. */
async function canBeGoneOnWith({ store }: Queue, { id }: OperationRecord): Promise<boolean> {
  const record = await store.operationLog.read(id).catch(() => undefined);
  return record !== undefined && record.endedAt === null;
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

function conclude({ output, program }: CommandContext, tally: Tally): ExitCode {
  const { replayed, skip_processed: handled, will_fail: failing, gone, unedited } = tally;
  const left = failing + gone + unedited + tally.replay;
  const all = `${replayed} replayed, ${handled} skipped (handled before), ${left} not replayed`;
  if (left === 0) {
    output.remark(safe`${all}.`);
    return ExitCode.ok;
  }
  const why = [
    ...(failing > 0 ? [`${failing} would fail again`] : []),
    ...(gone > 0 ? [`${gone} replayed, removed or changed by somebody else meanwhile`] : []),
    ...(unedited > 0 ? [`${unedited} not edited`] : []),
  ].join(', ');
  throw new CliError(replayed > 0 ? 'ERR_PARTLY_DONE' : 'ERR_NOT_REPLAYED', `${all}: ${why}.`, {
    next: failing > 0 ? `${program} replay   (what to add, for each)` : `${program} replay --log`,
  });
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
