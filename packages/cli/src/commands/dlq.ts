import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import { FILTER_OPTIONS, filterFrom } from '../filter-options.ts';
import type { FilterArguments } from '../filter-options.ts';
import { hintFor } from '../known-agents.ts';
import { inChunks } from '../in-chunks.ts';
import { deadLetterJson } from '../json/dlq.ts';
import { deadLetters } from '../render/dead-letters.ts';
import { safe } from '../render/safe-text.ts';
import { layoutOf, openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';
import { shellWord } from '../shell-word.ts';
import { showMessages } from '../show-messages.ts';
import type { Command } from './command.ts';

/** Rows of one table: a longer list is printed as several, in bounded memory. */
const ROWS_AT_ONCE = 500;

/** `dlq [list]`: the dead letters, with reasons; `dlq show ID`: one of them in full. Changes nothing. */
export const dlq: Command = {
  name: 'dlq',
  subcommands: ['list', 'show'],
  options: Object.keys(FILTER_OPTIONS),
  add: (parser, session) =>
    parser.command('dlq', 'List the dead letters and why they died, or show one of them', (options) =>
      options
        .command(
          ['list', '$0'],
          'List the dead letters, all or those that the options choose',
          (listOptions) =>
            listOptions.options(FILTER_OPTIONS).example('$0 dlq --agent coder', 'Of one agent'),
          (listOptions) => session.act(listOptions, (context) => list(context, listOptions)),
        )
        .command(
          'show <id>',
          'Show a dead letter: why it died, what is wrong where, its history and content',
          (showOptions) =>
            showOptions
              .positional('id', {
                type: 'string',
                demandOption: true,
                describe: 'A message_id, or its beginning',
              })
              .example('$0 dlq show 0197a2', 'Why did it die?'),
          (showOptions) => session.act(showOptions, (context) => show(context, showOptions.id)),
        )
        .example('$0 dlq', 'What died, and why')
        .example(
          '$0 dlq --agent coder --reason exhausted --after 2h',
          'What coder gave up in the last two hours',
        )
        .example('$0 dlq show 0197a2', 'One of them in full'),
    ),
};

async function list(context: CommandContext, options: FilterArguments): Promise<ExitCode> {
  const { io, output, program } = context;
  const filter = filterFrom(options, io.now());
  await using queue = await openToAct(context);
  let found = 0;
  for await (const letters of inChunks(queue.operations.deadLetters(filter), ROWS_AT_ONCE)) {
    found += letters.length;
    for (const letter of letters) output.data(deadLetterJson(letter));
    output.text(deadLetters(letters, layoutOf(context)));
    await output.drained();
  }
  if (found > 0) {
    output.remark(
      safe`next: ${program} dlq show ID   then, once the cause is mended: ${program} replay --id ID`,
    );
    return ExitCode.ok;
  }
  if (Object.keys(filter).length > 0) {
    const hint = filter.agentId === undefined ? undefined : await hintFor(queue, filter.agentId);
    throw new CliError(
      'ERR_NOTHING_MATCHED',
      `No dead letter matches.${hint === undefined ? '' : ` ${hint}`}`,
      {
        next: `${program} dlq   (all of them)`,
      },
    );
  }
  output.remark(safe`No dead letters.`);
  return ExitCode.ok;
}

async function show(context: CommandContext, id: string): Promise<ExitCode> {
  await using queue = await openToAct(context);
  const reports = await queue.operations.find(id);
  const dead = reports.filter(({ entry }) => entry.state === 'dead');
  if (dead.length > 0) return showMessages(context, dead);
  const states = reports.map(({ entry }) => entry.state).join(', ');
  throw new CliError('ERR_NOTHING_MATCHED', `${id} is not among the dead letters; it is ${states}.`, {
    next: `${context.program} inspect ${shellWord(id)}`,
  });
}
