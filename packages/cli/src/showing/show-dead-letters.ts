import type { Queue, ReplayFilter } from '@tapps-agents/queue';
import { CliError } from '../cli-error.ts';
import { DeadLetterGroups } from '../history/dead-letter-groups.ts';
import { ExitCode } from '../exit-code.ts';
import { filterFrom } from '../options/filter-options.ts';
import type { FilterArguments } from '../options/filter-options.ts';
import { hintFor } from '../known-agents.ts';
import { hintForType } from '../known-types.ts';
import { inChunks } from '../in-chunks.ts';
import { deadLetterGroupsJson, deadLetterJson } from '../json/dlq.ts';
import { showProgress } from '../progress.ts';
import { deadLetterGroups } from '../render/dead-letter-groups.ts';
import { deadLetters } from '../render/dead-letters.ts';
import { safe } from '../render/safe-text.ts';
import { layoutOf, openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';
import { shellWord } from '../shell-word.ts';
import { findOrTrace } from './find-or-trace.ts';
import { showMessages } from './show-messages.ts';

/** Rows of one table: a longer list is printed as several, so that nobody waits for the first until the last is laid out. */
const ROWS_AT_ONCE = 100;

/** Prints how many died of what, with examples. Its memory does not grow with the dead letters. */
export async function showGroups(context: CommandContext, options: FilterArguments): Promise<ExitCode> {
  const { io, output, program } = context;
  const filter = filterFrom(options, io.now());
  await using queue = await openToAct(context);
  const found = new DeadLetterGroups();
  {
    using progress = await showProgress(context, 'reading dead letters', null);
    for await (const letter of queue.operations.deadLetters(filter)) {
      found.add(letter);
      progress.advance();
    }
  }
  if (found.total === 0) return await nothingFound(context, queue, filter);
  output.data(deadLetterGroupsJson(found.total, found.groups()));
  output.text(deadLetterGroups(found.groups(), layoutOf(context)));
  output.remark(
    safe`next: ${program} dlq list   or, once the cause is mended: ${program} replay --reason CODE`,
  );
  return ExitCode.ok;
}

/** Prints dead letters one a line, in bounded memory. */
export async function showList(context: CommandContext, options: FilterArguments): Promise<ExitCode> {
  const { io, output, program } = context;
  const filter = filterFrom(options, io.now());
  await using queue = await openToAct(context);
  let found = 0;
  for await (const letters of inChunks(queue.operations.deadLetters(filter), ROWS_AT_ONCE)) {
    found += letters.length;
    if (output.json) for (const letter of letters) output.data(deadLetterJson(letter));
    output.text(() => deadLetters(letters, layoutOf(context)));
    await output.drained();
  }
  if (found === 0) return await nothingFound(context, queue, filter);
  output.remark(
    safe`next: ${program} dlq show ID   then, once the cause is mended: ${program} replay --id ID`,
  );
  return ExitCode.ok;
}

/** That there is none at all is good news; that none is what was asked for is not. */
async function nothingFound(context: CommandContext, queue: Queue, filter: ReplayFilter): Promise<ExitCode> {
  const { output, program } = context;
  if (Object.keys(filter).length === 0) {
    output.remark(safe`No dead letters.`);
    return ExitCode.ok;
  }
  const agentHint = filter.agentId === undefined ? undefined : await hintFor(queue, filter.agentId);
  const hint = agentHint ?? (await hintForType(queue, filter, 'dead'));
  throw new CliError(
    'ERR_NOTHING_MATCHED',
    `No dead letter matches.${hint === undefined ? '' : ` ${hint}`}`,
    {
      next: `${program} dlq   (all of them)`,
    },
  );
}

/** Prints one dead letter in full. */
export async function showDeadLetter(context: CommandContext, id: string): Promise<ExitCode> {
  await using queue = await openToAct(context);
  const reports = await findOrTrace(context, queue, id);
  const dead = reports.filter(({ entry }) => entry.state === 'dead');
  if (dead.length > 0) return showMessages(context, dead);
  const states = reports.map(({ entry }) => entry.state).join(', ');
  throw new CliError('ERR_NOTHING_MATCHED', `${id} is not among the dead letters; it is ${states}.`, {
    next: `${context.program} inspect ${shellWord(id)}`,
  });
}
