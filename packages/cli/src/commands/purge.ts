import type { Box, Entry, OperationRecord, PurgeOptions, Queue } from '@tapps-agents/queue';
import { DRY_RUN_OPTION } from '../options/acting-options.ts';
import { openArchive } from '../archive/archive-writer.ts';
import { formatOf } from '../archive/archive-file.ts';
import { CliError } from '../cli-error.ts';
import { confirm } from '../confirm.ts';
import { ExitCode } from '../exit-code.ts';
import { FILTER_OPTIONS, filterFrom } from '../options/filter-options.ts';
import type { FilterArguments } from '../options/filter-options.ts';
import type { PurgeJson } from '../json/purge.ts';
import { requireKnownAgent } from '../known-agents.ts';
import { hintForType } from '../known-types.ts';
import { listOperations } from '../replaying/operation-listing.ts';
import { operatorName } from '../operator-name.ts';
import { showProgress } from '../progress.ts';
import type { Progress } from '../progress.ts';
import { safe } from '../render/safe-text.ts';
import type { SafeText } from '../render/safe-text.ts';
import { openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';
import { shellWord } from '../shell-word.ts';
import type { Command } from './command.ts';
import { counted, were } from '../render/counted.ts';

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

type Arguments = Omit<FilterArguments, 'agent'> & {
  readonly agent?: string | undefined;
  readonly outbox: boolean;
  readonly dlq: boolean;
  readonly export?: string | undefined;
  readonly confirm?: string | undefined;
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
  const { agent } = options;
  if (options.log) {
    await using queue = await openToAct(context);
    return await listOperations(context, queue, { kind: 'purge', id: options.id });
  }
  const request = requestFrom(options, io.now());
  if (options.export !== undefined) formatOf(options.export);
  await using queue = await openToAct(context);
  await requireKnownAgent(queue, request.box.agentId);
  const found = await look(context, queue, request);
  if (found.messages === 0 && found.unknown === 0) {
    const { box, state, filter } = request;
    const asked = { ...filter, agentId: box.agentId };
    const hint = await hintForType(queue, asked, state, box.kind);
    throw new CliError(
      'ERR_NOTHING_MATCHED',
      `No ${describe(request)} matches; there is nothing to remove.${hint === undefined ? '' : ` ${hint}`}`,
      {
        next: `${program} inspect ${shellWord(request.box.agentId)}`,
      },
    );
  }
  const isPreview = options['dry-run'] || (options.confirm === undefined && io.ask === undefined);
  if (isPreview || found.messages === 0) return preview(context, found, agent ?? '');
  if (options.confirm === undefined) {
    await confirm(context, {
      question: safe`${summary(found)} will be removed for good.`,
      yes: false,
      typed: agent ?? '',
      next: confirmCommand(program, agent ?? ''),
    });
  }
  return await act(context, queue, request, { found, exportTo: options.export });
}

type Request = Pick<PurgeOptions, 'box' | 'state' | 'filter'>;

/** @throws CliError `ERR_USAGE` */
function requestFrom(options: Arguments, now_ms: number): Request {
  const { agent, confirm: typed, dlq, outbox, reason } = options;
  if (agent === undefined) throw new CliError('ERR_USAGE', 'Say whose messages: purge AGENT.');
  if (typed !== undefined && typed !== agent) {
    throw new CliError(
      'ERR_USAGE',
      `--confirm says ${JSON.stringify(typed)}, but the messages are those of ${JSON.stringify(agent)}. Nothing was removed.`,
    );
  }
  if (reason !== undefined && !dlq)
    throw new CliError('ERR_USAGE', '--reason chooses among dead letters; add --dlq.');
  const box: Box = { kind: outbox ? 'outbox' : 'inbox', agentId: agent };
  const { agentId: _, ...filter } = filterFrom({ ...options, agent: undefined }, now_ms);
  return { box, state: dlq ? 'dead' : 'ready', filter };
}

async function look(context: CommandContext, queue: Queue, request: Request): Promise<PurgeJson> {
  const types: Record<string, number> = {};
  let messages = 0;
  let unknown = 0;
  const steps = queue.operations.purge({ ...request, signal: context.io.interrupts.first });
  try {
    for await (const { entry, outcome, reasonFault } of steps) {
      if (outcome === 'unknown') {
        unknown += 1;
        if (unknown <= MOST_NAMED) context.output.warn('ERR_IO', notKnown(entry, reasonFault));
        continue;
      }
      messages += 1;
      const type = entry.messageType === '' ? 'unknown' : entry.messageType;
      types[type] = (types[type] ?? 0) + 1;
    }
  } catch (error) {
    if (!context.io.interrupts.first.aborted) throw error;
    throw new CliError('ERR_INTERRUPTED', 'Interrupted; nothing was removed.');
  }
  return {
    dry_run: true,
    box: { kind: request.box.kind, agent: request.box.agentId },
    state: request.state,
    messages,
    types,
    purged: 0,
    gone: 0,
    unknown,
    operation: null,
    exported: null,
  };
}

function preview({ output, program }: CommandContext, found: PurgeJson, agent: string): ExitCode {
  output.data(found);
  output.text(safe`would remove ${summary(found)}`);
  if (found.messages > 0)
    output.remark(safe`This is a preview; nothing was removed. To do it: ${confirmCommand(program, agent)}`);
  return found.unknown === 0 ? ExitCode.ok : ExitCode.partlyDone;
}

/** Of those of which it cannot be told whether they are meant, so many are named. */
const MOST_NAMED = 10;

function notKnown({ messageId, entryId }: Entry, fault = ''): string {
  return `${messageId ?? entryId} stays: its reason, which the filter asks about, cannot be read. ${fault}`;
}

async function act(
  context: CommandContext,
  queue: Queue,
  request: Request,
  { found, exportTo }: { readonly found: PurgeJson; readonly exportTo: string | undefined },
): Promise<ExitCode> {
  const { io, output, program } = context;
  const counts = { purged: 0, gone: 0, unknown: 0 };
  let record: OperationRecord | undefined;
  let isRecorded = true;
  let progress: Progress | undefined;
  const steps = queue.operations.purge({
    ...request,
    dryRun: false,
    by: operatorName(),
    signal: io.interrupts.first,
    onBegin: async (begun) => {
      record = begun;
      progress = await showProgress(context, 'removing', begun.total);
    },
    onUnrecorded: () => {
      isRecorded = false;
    },
    ...(exportTo !== undefined && { keep: (set) => keep(context, set, exportTo) }),
  });
  try {
    for await (const { outcome } of steps) {
      if (outcome !== 'purge') counts[outcome] += 1;
      if (outcome !== 'unknown') progress?.advance();
    }
  } catch (error) {
    if (!io.interrupts.first.aborted) throw error;
    const next = 'run it again for the others';
    throw new CliError(
      'ERR_INTERRUPTED',
      `Interrupted; ${counted(counts.purged, 'message was', 'messages were')} removed.`,
      { next },
    );
  } finally {
    progress?.[Symbol.dispose]();
  }
  const messages = record?.total ?? 0;
  output.data({
    ...found,
    dry_run: false,
    messages,
    ...counts,
    operation: isRecorded ? (record?.id ?? null) : null,
    exported: exportTo ?? null,
  });
  output.text(safe`removed ${counts.purged} of ${counted(messages, 'message')}`);
  if (counts.gone > 0)
    output.remark(
      safe`${were(counts.gone)} claimed, replayed or removed by somebody else meanwhile, and not touched.`,
    );
  if (!isRecorded)
    output.warn(
      'ERR_DISK_FULL',
      'The disk was full to the last, so which ids were removed is not written down, or not all of it.',
    );
  else if (record !== undefined)
    output.remark(safe`their ids are in operations/${record.id}: ${program} purge --log`);
  return counts.gone + counts.unknown === 0 ? ExitCode.ok : ExitCode.partlyDone;
}

/** Nothing is removed before the file is whole, and on the disk. */
async function keep(
  { io }: CommandContext,
  set: Parameters<NonNullable<PurgeOptions['keep']>>[0],
  file: string,
): Promise<void> {
  const archive = await openArchive(file, io);
  try {
    for await (const one of set) await archive.add(one);
    await archive.finish();
  } catch (error) {
    await archive.abandon();
    throw error;
  }
}

function describe({ box, state }: Request): string {
  return state === 'dead'
    ? `dead letter of ${box.kind}/${box.agentId}`
    : `message in ${box.kind}/${box.agentId}`;
}

function summary({ messages, state, box, types }: PurgeJson): SafeText {
  const what =
    state === 'dead'
      ? `${counted(messages, 'dead letter')} of`
      : `${counted(messages, 'waiting message')} in`;
  const byType = Object.entries(types).map(([type, count]) => `${count} ${type}`);
  return safe`${what} ${box.kind}/${box.agent} (${byType.join(', ')})`;
}

function confirmCommand(program: string, agent: string): string {
  return `${program} purge ${shellWord(agent)} … --confirm ${shellWord(agent)}`;
}
