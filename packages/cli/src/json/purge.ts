import { Type } from 'typebox';
import type { Static } from 'typebox';
import { boxSchema } from './box.ts';
import { countSchema, orNull } from './fields.ts';

/** The schema of what `purge` prints. */
export function purgeSchema() {
  return Type.Object({
    dry_run: Type.Boolean({ description: 'nothing was removed: this is what would be' }),
    box: boxSchema('whose messages'),
    state: Type.Enum(['ready', 'dead']),
    messages: countSchema('how many were chosen'),
    types: Type.Record(Type.String(), Type.Integer(), { description: 'how many, by type' }),
    purged: countSchema('how many were removed'),
    gone: countSchema(
      'how many were claimed, replayed or removed by somebody else meanwhile, and not touched',
    ),
    unknown: countSchema(
      'how many stay because their reason, which the filter asks about, cannot be read; the exit code is 5 then',
    ),
    operation: orNull(Type.String(), 'the record that has their ids'),
    exported: orNull(Type.String(), 'the file that has them'),
  });
}

/** The document of `purge`. */
export type PurgeJson = Static<ReturnType<typeof purgeSchema>>;
