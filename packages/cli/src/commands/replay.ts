import { DRY_RUN_OPTION, intentionOf, YES_OPTION } from '../options/acting-options.ts';
import type { ActingArguments } from '../options/acting-options.ts';
import { CliError } from '../cli-error.ts';
import type { ExitCode } from '../exit-code.ts';
import { FILTER_OPTIONS, filterFrom } from '../options/filter-options.ts';
import type { FilterArguments } from '../options/filter-options.ts';
import { requireKnownAgent } from '../known-agents.ts';
import { requireEditor } from '../replaying/editor.ts';
import { listOperations } from '../replaying/operation-listing.ts';
import { rateOption } from '../options/rate-option.ts';
import { refuseBeside } from '../options/refuse-beside.ts';
import type { ReplayRequest } from '../replaying/replay-run.ts';
import { openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';
import type { Command } from './command.ts';

const OPTIONS = {
  ...FILTER_OPTIONS,
  from: {
    choices: ['dlq', 'processed'],
    default: 'dlq',
    describe: 'Replay dead letters, or what was handled already',
  },
  to: {
    type: 'string',
    requiresArg: true,
    describe: 'Into this agent’s inbox; a task goes as a new message, assigned to it',
  },
  rate: { type: 'string', requiresArg: true, describe: 'At most so many: 10/s, 30/m, 100/h' },
  edit: {
    type: 'boolean',
    default: false,
    describe: 'Edit each in $VISUAL or $EDITOR first; it goes as a new message (with --yes)',
  },
  'reset-failures': {
    type: 'boolean',
    default: true,
    describe: 'Count failures anew; --no-reset-failures goes on counting',
  },
  'force-reprocess': {
    type: 'boolean',
    default: false,
    describe: 'Also what was handled before, and what is known to fail again',
  },
  resume: {
    type: 'string',
    requiresArg: true,
    describe: 'Go on with an interrupted replay: its id, or last; previews unless --yes',
  },
  log: { type: 'boolean', default: false, describe: 'Who replayed what, and when; --id: this message' },
  ...DRY_RUN_OPTION,
  ...YES_OPTION,
} as const;

type Arguments = FilterArguments &
  ActingArguments & {
    readonly from: string;
    readonly to?: string | undefined;
    readonly rate?: string | undefined;
    readonly edit: boolean;
    readonly 'reset-failures': boolean;
    readonly 'force-reprocess': boolean;
    readonly resume?: string | undefined;
    readonly log: boolean;
  };

/** `replay`: says what a replay would do with each message; with `--yes` does it. */
export const replay: Command = {
  name: 'replay',
  options: [...Object.keys(OPTIONS), 'no-reset-failures'],
  add: (parser, session) =>
    parser.command(
      'replay',
      'Put dead letters (or handled messages) back into their boxes; previews unless --yes',
      (options) =>
        options
          .options(OPTIONS)
          .example('$0 replay --agent coder', 'What would happen?')
          .example('$0 replay --agent coder --reason exhausted --rate 10/s --yes', 'Do it, slowly')
          .example('$0 replay --id 0197a2 --edit --yes', 'Mend a message, then replay it')
          .example('$0 replay --agent coder --to reviewer --yes', 'Let another agent handle them')
          .example(
            '$0 replay --id 0197a2 --from processed --force-reprocess --yes',
            'Have a finished message handled again',
          )
          .example('$0 replay --resume last', 'What is left of one that was interrupted?')
          .example('$0 replay --resume last --yes', 'Go on with it')
          .example('$0 replay --log --id 0197a2', 'Who replayed this message, and when'),
      (options) => session.actGracefully(options, (context) => run(context, options)),
    ),
};

async function run(context: CommandContext, options: Arguments): Promise<ExitCode> {
  const filter = filterFrom(options, context.io.now());
  const rate = options.rate === undefined ? undefined : rateOption(options.rate);
  const isActing = checkCombination(options);
  if (options.edit) requireEditor(context.io);
  await using queue = await openToAct(context);
  if (options.log) return await listOperations(context, queue, { kind: 'replay', id: options.id });
  const { actReplay, previewReplay, previewResume, resumeReplay } =
    await import('../replaying/replay-run.ts');
  if (options.resume !== undefined)
    return isActing
      ? await resumeReplay(context, queue, options.resume, rate)
      : await previewResume(context, queue, options.resume);
  if (options.to !== undefined) await requireKnownAgent(queue, options.to);
  const request: ReplayRequest = {
    from: options.from === 'processed' ? 'processed' : 'dead',
    filter,
    force: options['force-reprocess'],
    resetFailures: options['reset-failures'],
    to: options.to,
    rate,
    edit: options.edit,
  };
  return await (isActing ? actReplay : previewReplay)(context, queue, request);
}

/** Whether to act. @throws CliError `ERR_USAGE` for options that cannot be meant together */
function checkCombination(options: Arguments): boolean {
  const { resume, log, edit, to, reason, from } = options;
  const intention = intentionOf(options);
  if (resume !== undefined)
    refuseBeside(options, OPTIONS, {
      but: ['resume', 'rate', ...Object.keys(DRY_RUN_OPTION), ...Object.keys(YES_OPTION)],
      why: '--resume goes on with what was asked for then',
    });
  if (log)
    refuseBeside(options, OPTIONS, {
      but: ['log', 'id'],
      why: '--log lists who replayed what, of all messages or with --id of one',
    });
  if (from === 'processed' && reason !== undefined)
    throw new CliError(
      'ERR_USAGE',
      '--reason chooses among dead letters; finished messages died of nothing.',
    );
  if (edit && to !== undefined)
    throw new CliError('ERR_USAGE', '--edit and --to exclude each other: edit assigned_to instead.');
  if (edit && intention !== 'act')
    throw new CliError(
      'ERR_USAGE',
      '--edit replays what you save, so it needs --yes. A file that is saved unchanged, or empty, is not replayed.',
    );
  return intention === 'act';
}
