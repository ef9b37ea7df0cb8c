import type { MessageReport, OperationMark } from '@tapps-agents/queue';

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
 * was: of those that it was in as one and the same dead letter, the last moved it, and none did if it lies there still.
 */
export function replayMarks({ entry, operations, origin }: MessageReport): readonly ReplayMark[] {
  const marks = operations.marks.filter(({ operation }) => operation.kind === 'replay');
  const dead = new Map<string, OperationMark>();
  for (const mark of marks) if (mark.entry.state === 'dead') dead.set(mark.entry.entryId, mark);
  dead.delete(entry.entryId);
  return [
    ...(origin === null ? [] : [{ ...origin, how: 'in_place_of' as const }]),
    ...[...dead.values()].map((mark) => ({ ...mark, how: 'brought_back' as const })),
    ...marks
      .filter(({ operation, entry: then }) => then.state === 'processed' && operation.asked['force'] === true)
      .map((mark) => ({ ...mark, how: 'again' as const })),
  ].toSorted((a, b) => (a.operation.id < b.operation.id ? -1 : 1));
}
