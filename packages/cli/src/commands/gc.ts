import type { Queue, RetainNowOptions, RetentionReport } from '@tapps-agents/queue';
import { DRY_RUN_OPTION, intentionOf, YES_OPTION } from '../options/acting-options.ts';
import type { ActingArguments } from '../options/acting-options.ts';
import { CliError } from '../cli-error.ts';
import { durationOption } from '../options/duration-option.ts';
import { ExitCode } from '../exit-code.ts';
import { collectionJson } from '../json/gc.ts';
import { showProgress } from '../progress.ts';
import { bytesText } from '../render/bytes.ts';
import { safe } from '../render/safe-text.ts';
import { layoutOf, openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';
import { wholeNumber } from '../options/whole-number.ts';
import type { Command } from './command.ts';
import { counted } from '../render/counted.ts';

const OPTIONS = {
  'processed-max-age': {
    type: 'string',
    requiresArg: true,
    describe: 'Finished messages go that were finished longer ago (default 7d; none: whatever their age)',
  },
  'processed-max-count': {
    type: 'string',
    requiresArg: true,
    describe: 'Of each box’s finished messages the youngest so many stay (default 100000; none: all)',
  },
  dlq: { type: 'boolean', default: false, describe: 'Dead letters too; never without this' },
  'dead-max-age': {
    type: 'string',
    requiresArg: true,
    describe: 'With --dlq: those that died longer ago go (default 30d)',
  },
  ...DRY_RUN_OPTION,
  ...YES_OPTION,
} as const;

interface Arguments extends ActingArguments {
  readonly 'processed-max-age'?: string | undefined;
  readonly 'processed-max-count'?: string | undefined;
  readonly dlq: boolean;
  readonly 'dead-max-age'?: string | undefined;
}

const DEFAULT_DEAD_MAX_AGE = '30d';
const MAX_COUNT = 1_000_000_000;

/** `gc`: says what retention would remove; with `--yes` removes it. Workers do the same by themselves, now and then. */
export const gc: Command = {
  name: 'gc',
  options: Object.keys(OPTIONS),
  add: (parser, session) =>
    parser.command(
      'gc',
      'Remove what is no longer kept: old finished messages, leftovers; previews unless --yes',
      (options) =>
        options
          .options(OPTIONS)
          .example('$0 gc', 'What would go, and how large it is')
          .example('$0 gc --processed-max-age 1d --yes', 'Forget what was finished before yesterday')
          .example('$0 gc --processed-max-count 1000 --yes', 'Keep each box’s youngest 1,000')
          .example('$0 gc --dlq --dead-max-age 90d', 'And dead letters that nobody wanted for 90 days?')
          .epilogue(
            'A finished message that is removed is forgotten: if a copy of it comes later, it is handled again.',
          ),
      (options) => session.actGracefully(options, (context) => run(context, options)),
    ),
};

async function run(context: CommandContext, options: Arguments): Promise<ExitCode> {
  const isActing = intentionOf(options) === 'act';
  const policy = policyFrom(options);
  await using queue = await openToAct(context);
  const wouldGo = await look(context, queue, policy);
  if (!isActing) return await show(context, wouldGo, true);
  return await show(context, await act(context, queue, policy, wouldGo), false);
}

/** @throws CliError `ERR_USAGE` */
function policyFrom(options: Arguments): RetainNowOptions {
  const age = options['processed-max-age'];
  const count = options['processed-max-count'];
  const deadAge = options['dead-max-age'];
  if (deadAge !== undefined && !options.dlq)
    throw new CliError('ERR_USAGE', '--dead-max-age is about dead letters, which only go with --dlq.');
  return {
    ...(age !== undefined && {
      processedMaxAge: age === 'none' ? null : durationOption(age, '--processed-max-age'),
    }),
    ...(count !== undefined && {
      processedMaxCount:
        count === 'none' ? null : wholeNumber(count, '--processed-max-count', { least: 0, most: MAX_COUNT }),
    }),
    deadMaxAge: options.dlq ? durationOption(deadAge ?? DEFAULT_DEAD_MAX_AGE, '--dead-max-age') : null,
  };
}

async function look(
  context: CommandContext,
  queue: Queue,
  policy: RetainNowOptions,
): Promise<RetentionReport> {
  using progress = await showProgress(context, 'looking', null);
  const { first } = context.io.interrupts;
  try {
    const report = await queue.operations.retain({
      ...policy,
      dryRun: true,
      onFile: () => progress.advance(),
      signal: first,
    });
    if (report !== null) return report;
  } catch (error) {
    if (!first.aborted) throw error;
    throw new CliError('ERR_INTERRUPTED', 'Interrupted; nothing was removed.');
  }
  throw busy();
}

async function act(
  context: CommandContext,
  queue: Queue,
  policy: RetainNowOptions,
  wouldGo: RetentionReport,
): Promise<RetentionReport> {
  const total = Object.values(wouldGo.classes).reduce((sum, { files }) => sum + files, 0);
  using progress = await showProgress(context, 'removing', total);
  const { first } = context.io.interrupts;
  let removed = 0;
  try {
    const report = await queue.operations.retain({
      ...policy,
      onFile: () => {
        removed += 1;
        progress.advance();
      },
      signal: first,
    });
    if (report !== null) return report;
  } catch (error) {
    if (!first.aborted) throw error;
    throw new CliError(
      'ERR_INTERRUPTED',
      `Interrupted; ${counted(removed, 'file was', 'files were')} removed, the others stay.`,
      {
        next: 'run it again for the others',
      },
    );
  }
  throw busy();
}

function busy(): CliError {
  return new CliError(
    'ERR_BUSY',
    'Another process is removing what is no longer kept at this moment; nothing was done here.',
    { next: 'run it again in a while' },
  );
}

async function show(context: CommandContext, report: RetentionReport, dryRun: boolean): Promise<ExitCode> {
  const { collection } = await import('../render/collection.ts');
  const { output } = context;
  const document = collectionJson(report, dryRun);
  const { files, bytes } = document;
  output.data(document);
  output.text(collection(document, layoutOf(context)));
  const what = safe`${files} file${files === 1 ? '' : 's'}, ${bytesText(bytes)}`;
  if (!dryRun) output.remark(safe`Removed ${what}.`);
  else if (files === 0) output.remark(safe`Nothing is to be removed.`);
  else output.remark(safe`This is a preview; nothing was removed. Add --yes to remove ${what}.`);
  for (const { place, detail } of document.failures) output.warn('ERR_IO', `${place ?? '.'}: ${detail}`);
  if (document.failed === 0) return ExitCode.ok;
  output.remark(
    safe`${document.failed} could not be looked at or removed; the rest goes its way. Mend what the system says, and run it again.`,
  );
  return ExitCode.partlyDone;
}
