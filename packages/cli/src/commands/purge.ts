import { DRY_RUN_OPTION } from '../options/acting-options.ts';
import { formatOf } from '../archive/archive-file.ts';
import { CliError } from '../cli-error.ts';
import { confirm } from '../confirm.ts';
import { ExitCode } from '../exit-code.ts';
import { FILTER_OPTIONS } from '../options/filter-options.ts';
import { refuseBeside } from '../options/refuse-beside.ts';
import type { PurgeJson } from '../json/purge.ts';
import { lookForPurge, purgeSummary } from '../purging/purge-preview.ts';
import { describeRequest, purgeRequestFrom } from '../purging/purge-request.ts';
import type { PurgeArguments } from '../purging/purge-request.ts';
import { runPurge } from '../purging/purge-run.ts';
import { requireKnownAgent } from '../known-agents.ts';
import { hintForType } from '../known-types.ts';
import { listOperations } from '../replaying/operation-listing.ts';
import { safe } from '../render/safe-text.ts';
import { openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';
import { shellWord } from '../shell-word.ts';
import type { Command } from './command.ts';

const { agent: _agent, ...FILTERS } = FILTER_OPTIONS;

const OPTIONS = {
  ...FILTERS,
  outbox: { type: 'boolean', default: false, describe: 'The outbox instead of the inbox' },
  dlq: { type: 'boolean', default: false, describe: 'The dead letters instead of what waits' },
  export: {
    type: 'string',
    requiresArg: true,
    describe: 'Put them into this file first: .tar.gz, .ndjson …',
  },
  confirm: {
    type: 'string',
    requiresArg: true,
    describe: 'The agent’s name again, where nobody can be asked to type it',
  },
  log: { type: 'boolean', default: false, describe: 'Who removed what, and when; --id: this message' },
  ...DRY_RUN_OPTION,
} as const;

type Arguments = PurgeArguments & {
  readonly export?: string | undefined;
  readonly log: boolean;
  readonly 'dry-run': boolean;
};

/** `purge AGENT`: removes the waiting (or dead) messages of one box for good, after the agent's name was typed. */
export const purge: Command = {
  name: 'purge',
  options: Object.keys(OPTIONS),
  add: (parser, session) =>
    parser.command(
      'purge [agent]',
      'Remove an agent’s waiting or dead messages for good; asks for its name first',
      (options) =>
        options
          .positional('agent', { type: 'string', describe: 'Whose messages' })
          .options(OPTIONS)
          .example('$0 purge coder -n', 'What would go?')
          .example('$0 purge coder --export coder.tar.gz', 'Remove what waits in its inbox, and keep a copy')
          .example('$0 purge coder --dlq --before 30d --confirm coder', 'In a script: what died long ago')
          .example('$0 purge --log', 'Who removed what, and when')
          .epilogue(
            'What is in somebody’s hands, finished, or sent after the purge began is never touched. The ids of what was removed are kept for as long as the ledger is.',
          ),
      (options) => session.actGracefully(options, (context) => run(context, options)),
    ),
};

async function run(context: CommandContext, options: Arguments): Promise<ExitCode> {
  const { io, program } = context;
  if (options.log) {
    const why = '--log lists who removed what, of all messages or with --id of one';
    if (options.agent !== undefined) throw new CliError('ERR_USAGE', `${why}; leave out AGENT.`);
    refuseBeside(options, OPTIONS, { but: ['log', 'id'], why });
    await using queue = await openToAct(context);
    return await listOperations(context, queue, { kind: 'purge', id: options.id });
  }
  const request = purgeRequestFrom(options, io.now());
  const { agentId } = request.box;
  if (options.export !== undefined) formatOf(options.export);
  await using queue = await openToAct(context);
  await requireKnownAgent(queue, agentId);
  const found = await lookForPurge(context, queue, request);
  if (found.messages === 0 && found.unknown === 0) {
    const { box, state, filter } = request;
    const hint = await hintForType(queue, { ...filter, agentId }, state, box.kind);
    throw new CliError(
      'ERR_NOTHING_MATCHED',
      `No ${describeRequest(request)} matches; there is nothing to remove.${hint === undefined ? '' : ` ${hint}`}`,
      {
        next: `${program} inspect ${shellWord(agentId)}`,
      },
    );
  }
  const isPreview = options['dry-run'] || (options.confirm === undefined && io.ask === undefined);
  if (isPreview || found.messages === 0) return preview(context, found, agentId);
  if (options.confirm === undefined) {
    await confirm(context, {
      question: safe`${purgeSummary(found)} will be removed for good.`,
      yes: false,
      typed: agentId,
      next: confirmCommand(program, agentId),
    });
  }
  return await runPurge(context, queue, request, { found, exportTo: options.export });
}

function preview({ output, program }: CommandContext, found: PurgeJson, agentId: string): ExitCode {
  output.data(found);
  output.text(safe`would remove ${purgeSummary(found)}`);
  if (found.messages > 0)
    output.remark(
      safe`This is a preview; nothing was removed. To do it: ${confirmCommand(program, agentId)}`,
    );
  return found.unknown === 0 ? ExitCode.ok : ExitCode.partlyDone;
}

function confirmCommand(program: string, agentId: string): string {
  return `${program} purge ${shellWord(agentId)} … --confirm ${shellWord(agentId)}`;
}
