import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { OperationRecord } from '@tapps-agents/queue';
import { countSchema, momentSchema, orNull } from './fields.ts';

/** The schema of what an operator did to many messages. */
export function operationSchema() {
  return Type.Object({
    operation: Type.String({ description: 'its id; sorts by when it began' }),
    kind: Type.Enum(['replay', 'purge']),
    by: Type.String({ description: 'who' }),
    started_at: Type.String({ description: 'RFC 3339, or what the file has instead' }),
    ended_at: orNull(momentSchema('when it was done'), 'null: it is under way, or was interrupted'),
    at_work: Type.Optional(
      Type.Boolean({ description: 'whether its process is still at it; missing where that cannot be told' }),
    ),
    resumed: Type.Array(
      Type.Object({
        by: Type.String({ description: 'who' }),
        at: Type.String({ description: 'when; RFC 3339, or what the file has instead' }),
        done: countSchema('how many of the messages were known to be done then'),
      }),
      {
        description:
          'who went on with it after it had been interrupted, the oldest first; at most the last twenty',
      },
    ),
    asked: Type.Record(Type.String(), Type.Unknown(), { description: 'filter and options' }),
    total: countSchema('how many messages were chosen before anything was done'),
    tally: Type.Record(Type.String(), Type.Integer(), {
      description:
        'how many, by outcome; of a replay that is not finished also `moved`: where they were to go, by it or by another program',
    }),
  });
}

/** What an operator did to many messages. */
export type OperationJson = Static<ReturnType<typeof operationSchema>>;

/** The document of an operation. */
export function operationJson(record: OperationRecord): OperationJson {
  const { id, kind, by, startedAt, endedAt, atWork, resumptions = [], asked, total, tally } = record;
  return {
    operation: id,
    kind,
    by,
    started_at: startedAt,
    ended_at: endedAt,
    ...(atWork !== undefined && { at_work: atWork }),
    resumed: resumptions.map(({ by: who, at, done }) => ({ by: who, at, done })),
    asked: { ...asked },
    total,
    tally: { ...tally },
  };
}
