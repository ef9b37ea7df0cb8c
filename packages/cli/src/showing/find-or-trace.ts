import type { MessageReport, OperationMark, Queue } from '@tapps-agents/queue';
import { CliError } from '../cli-error.ts';
import { lastWordsOf } from '../history/last-words.ts';
import { replayTold } from '../history/replay-told.ts';
import type { CommandContext } from '../session.ts';
import { shellWord } from '../shell-word.ts';

/**
 * Finds a message by its id or a beginning of it. Of one that is in no box any more, the records of what operators did may know:
 * then the error says who removed it, or what was sent in its place, and what its journal still has of it.
 *
 * @throws CliError `ERR_NOTHING_MATCHED`, or what the queue says
 */
export async function findOrTrace(
  { program }: CommandContext,
  queue: Queue,
  id: string,
): Promise<readonly MessageReport[]> {
  try {
    return await queue.operations.find(id);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_NOT_FOUND';
    const mark = isMissing ? (await queue.operations.loggedOf(id)).marks.at(-1) : undefined;
    if (mark === undefined) throw error;
    const known = await lastWordsOf(queue, id, mark);
    throw new CliError(
      'ERR_NOTHING_MATCHED',
      [`No box has ${JSON.stringify(id)} any more: ${traceOf(mark)}.`, ...known].join('\n  '),
      {
        cause: error,
        next: nextFor(mark, program, id),
      },
    );
  }
}

function traceOf(mark: OperationMark): string {
  const { operation, insteadId } = mark;
  const { kind, id } = operation;
  const told = replayTold(mark);
  const who = `${told.who} ${told.when}, in ${kind} ${id}`;
  if (kind === 'purge') return `it was among what was to be removed ${who}`;
  return insteadId === null
    ? `it was last replayed ${who}`
    : `it was replayed ${who}, as another message, ${insteadId}`;
}

function nextFor({ operation: { kind }, insteadId }: OperationMark, program: string, id: string): string {
  return insteadId === null
    ? `${program} ${kind} --log --id ${shellWord(id)}`
    : `${program} inspect ${shellWord(insteadId)}`;
}
