import type { Box, MessageReport, OperationMark } from '@tapps-agents/queue';

/** A replay that did something with a message, and what. */
export interface ReplayMark extends OperationMark {
  /**
   * `brought_back`: out of the dead letters; `in_place_of`: it was published in the place of another; `again`: a copy of what was
   * finished, by force.
   */
  readonly how: 'brought_back' | 'in_place_of' | 'again';
}

/**
 * The replays that moved a message, the oldest first. A set is fixed first, so a message may have been in one that left it where it
 * was: of those that it was in as one and the same dead letter one moved it, and none did if it lies there still.
 */
export function replayMarks({ entry, operations, origin }: MessageReport): readonly ReplayMark[] {
  const marks = operations.marks.filter(({ operation }) => operation.kind === 'replay');
  const dead = new Map<string, OperationMark[]>();
  for (const mark of marks) {
    const { state, entryId } = mark.entry;
    if (state === 'dead') dead.set(entryId, [...(dead.get(entryId) ?? []), mark]);
  }
  dead.delete(entry.entryId);
  const deaths = [...dead.values()];
  return [
    ...(origin === null ? [] : [{ ...origin, how: 'in_place_of' as const }]),
    ...deaths.flatMap((rivals, index) => {
      const mark = winnerOf(rivals, deaths[index + 1]?.[0]?.entry.box ?? entry.box);
      return mark === undefined ? [] : [{ ...mark, how: 'brought_back' as const }];
    }),
    ...marks
      .filter(({ operation, entry: then }) => then.state === 'processed' && operation.asked['force'] === true)
      .map((mark) => ({ ...mark, how: 'again' as const })),
  ].toSorted((a, b) => (a.operation.id < b.operation.id ? -1 : 1));
}

/** Which of several replays it was: the one that names prove, or one that moves to where it was next, or the last. */
function winnerOf(rivals: readonly OperationMark[], next: Box): OperationMark | undefined {
  return (
    rivals.find(({ isProven }) => isProven === true) ??
    rivals.findLast((mark) => {
      const { kind, agentId } = targetOf(mark);
      return kind === next.kind && agentId === next.agentId;
    }) ??
    rivals.at(-1)
  );
}

function targetOf({ operation: { asked }, entry: { box } }: OperationMark): Box {
  const to = asked['to'];
  return typeof to === 'string' ? { kind: 'inbox', agentId: to } : box;
}
