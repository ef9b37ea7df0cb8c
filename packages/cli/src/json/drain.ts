import { Type } from 'typebox';
import type { Static } from 'typebox';
import { boxFields } from './box.ts';
import { countSchema, durationSchema } from './fields.ts';

/** The schema of what `drain` prints. */
export function drainSchema() {
  return Type.Object({
    drained: Type.Boolean({ description: 'nothing is left in any of the boxes' }),
    waited_ms: durationSchema('how long it took'),
    boxes: Type.Array(
      Type.Object({
        ...boxFields(),
        ready: countSchema('what is left'),
        delayed: countSchema('what is left, and may not be handled yet'),
        leased: countSchema('what is left in hand'),
        died: countSchema('how many dead letters more there are than at first'),
      }),
    ),
  });
}

/** The document of `drain`. */
export type DrainJson = Static<ReturnType<typeof drainSchema>>;
