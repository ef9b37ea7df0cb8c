import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { Inspection } from '@tapps-agents/queue';
import type { WatchEvent } from '../watch/watch-event.ts';
import { boxJson, boxSchema } from './box.ts';
import { countSchema, momentSchema, orNull } from './fields.ts';
import { inspectionJson, inspectionSchema } from './inspect.ts';

/** The schema of a line of `watch`: at the start and from time to time how everything is. */
export function snapshotSchema() {
  return Type.Object({ type: Type.Literal('snapshot'), ...inspectionSchema().properties });
}

/** A line of `watch` that says how everything is. */
export type SnapshotJson = Static<ReturnType<typeof snapshotSchema>>;

/** The schema of a line of `watch`: something that happened since the look before. */
export function watchEventSchema() {
  return Type.Object({
    type: Type.Literal('event'),
    event: Type.Enum(['taken', 'let_go', 'died', 'left_dead', 'arrived', 'paused', 'resumed'], {
      description:
        '`let_go`: finished, or handed back; `left_dead`: replayed, or removed; `arrived`: more messages wait in the box',
    }),
    how: Type.Optional(
      Type.Enum(['finished', 'handed_back', 'replayed'], {
        description:
          'of `let_go`: whether the message is done with, or waits again; of `left_dead`, `replayed`: it waits again, or is in hand; missing where that cannot be told',
      }),
    ),
    at: momentSchema('when it was seen'),
    box: orNull(boxSchema()),
    agent: orNull(Type.String(), 'for pauses, null: everything'),
    message_id: orNull(Type.String()),
    message_type: orNull(Type.String()),
    delivery: orNull(countSchema('which delivery of the message')),
    count: countSchema('of how many messages'),
  });
}

/** A line of `watch` that says what happened. */
export type WatchEventJson = Static<ReturnType<typeof watchEventSchema>>;

/** The document of how everything is. */
export function snapshotJson(inspection: Inspection, program: string, now_ms: number): SnapshotJson {
  return { type: 'snapshot', ...inspectionJson(inspection, program, now_ms) };
}

/** The document of something that happened. */
export function watchEventJson(one: WatchEvent): WatchEventJson {
  const { event, how, at_ms, box, agentId, messageId, messageType, delivery, count } = one;
  return {
    type: 'event',
    event,
    ...(how !== null && { how }),
    at: new Date(at_ms).toISOString(),
    box: box === null ? null : boxJson(box),
    agent: agentId,
    message_id: messageId,
    message_type: messageType === '' ? null : messageType,
    delivery: delivery === 0 ? null : delivery,
    count,
  };
}
