import type { Queue, ReplayFilter, ReplayOptions, ReplayStep } from '@tapps-agents/queue';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import { FILTER_OPTIONS, filterFrom } from '../filter-options.ts';
import type { FilterArguments } from '../filter-options.ts';
import { hintFor } from '../known-agents.ts';
import { inChunks } from '../in-chunks.ts';
import { replayStepJson } from '../json/replay.ts';
import { replayLine, replaySteps } from '../render/replay-steps.ts';
import { safe } from '../render/safe-text.ts';
import { layoutOf, openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';
import type { Command } from './command.ts';

const OPTIONS = {
  ...FILTER_OPTIONS,
  from: {
    choices: ['dlq', 'processed'],
    default: 'dlq',
    describe: 'Replay dead letters, or what was handled already',
  },
  yes: { type: 'boolean', default: false, describe: 'Act; without it, only say what would happen' },
  force: {
    type: 'boolean',
    default: false,
    describe: 'Also what was handled before, and what will fail again',
  },
} as const;

type Arguments = FilterArguments & { readonly from: string; readonly yes: boolean; readonly force: boolean };

/** `replay`: says what a replay would do with each message; with `--yes` does it. */
export const replay: Command = {
  name: 'replay',
  options: Object.keys(OPTIONS),
  add: (parser, session) =>
    parser.command(
      'replay',
      'Put dead letters (or handled messages) back into their boxes; previews unless --yes',
      (options) =>
        options
          .options(OPTIONS)
          .example('$0 replay --agent coder', 'What would happen?')
          .example('$0 replay --agent coder --reason exhausted --yes', 'Do it')
          .example(
            '$0 replay --id 0197a2 --from processed --force --yes',
            'Have a finished message handled again',
          ),
      (options) => session.actGracefully(options, (context) => replayMessages(context, options)),
    ),
};

/** Preview: rows of one table. Acting: a row appears as soon as its step is done. */
const PREVIEW_ROWS = 500;

async function replayMessages(context: CommandContext, options: Arguments): Promise<ExitCode> {
  const { io, output } = context;
  const filter = filterFrom(options, io.now());
  await using queue = await openToAct(context);
  const tally: Tally = { replay: 0, replayed: 0, skip_processed: 0, will_fail: 0, unedited: 0, gone: 0 };
  const steps = queue.operations.replay(replayOptions(options, filter, io.interrupts.first));
  try {
    for await (const chunk of inChunks(steps, options.yes ? 1 : PREVIEW_ROWS)) {
      for (const step of chunk) {
        tally[step.outcome] += 1;
        output.data(replayStepJson(step));
      }
      if (options.yes) for (const step of chunk) output.text(replayLine(step, output.style));
      else output.text(replaySteps(chunk, layoutOf(context)));
      await output.drained();
    }
  } catch (error) {
    if (!io.interrupts.first.aborted) throw error;
  }
  if (io.interrupts.first.aborted) {
    throw new CliError(
      'ERR_INTERRUPTED',
      `Interrupted; ${tally.replayed} were replayed, nothing is half done.`,
      {
        next: 'run it again for the others',
      },
    );
  }
  if (Object.values(tally).every((number) => number === 0))
    throw await nothingMatched(queue, filter, options, context.program);
  return options.yes ? concludeActing(context, tally) : concludePreview(context, tally, options);
}

type Tally = Record<ReplayStep['outcome'], number>;

function replayOptions(options: Arguments, filter: ReplayFilter, signal: AbortSignal): ReplayOptions {
  return {
    filter,
    from: options.from === 'processed' ? 'processed' : 'dead',
    dryRun: !options.yes,
    force: options.force,
    signal,
  };
}

function concludePreview({ output }: CommandContext, tally: Tally, options: Arguments): ExitCode {
  const total = Object.values(tally).reduce((sum, one) => sum + one, 0);
  const held = tally.will_fail + tally.skip_processed;
  const force = held > 0 && !options.force ? '; --force takes the others too' : '';
  output.remark(
    safe`This is a preview; nothing was changed. ${tally.replay} of ${total} would be replayed. Add --yes to do it${force}.`,
  );
  return ExitCode.ok;
}

function concludeActing({ output }: CommandContext, tally: Tally): ExitCode {
  const left = tally.will_fail + tally.gone + tally.replay;
  output.remark(
    safe`${tally.replayed} replayed, ${tally.skip_processed} skipped (handled before), ${left} not replayed.`,
  );
  if (left === 0) return ExitCode.ok;
  return tally.replayed > 0 ? ExitCode.partlyDone : ExitCode.failure;
}

async function nothingMatched(
  queue: Queue,
  filter: ReplayFilter,
  { from }: Arguments,
  program: string,
): Promise<CliError> {
  const what =
    from === 'processed'
      ? 'No handled message matches.'
      : 'No dead letter matches; there is nothing to replay.';
  const hint = filter.agentId === undefined ? undefined : await hintFor(queue, filter.agentId);
  const next = from === 'processed' ? `${program} inspect` : `${program} dlq`;
  return new CliError('ERR_NOTHING_MATCHED', hint === undefined ? what : `${what} ${hint}`, { next });
}
