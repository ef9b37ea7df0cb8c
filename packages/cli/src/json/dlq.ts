import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { DeadLetter } from '@tapps-agents/queue';
import { reasonSchema } from './contract-schemas.ts';
import { entryFields, entryJson } from './entry.ts';
import { orNull } from './fields.ts';

/** The schema of a dead letter in a list. */
export function deadLetterSchema() {
  return Type.Object({
    ...entryFields(),
    location: Type.String({ description: 'its file' }),
    reason: orNull(reasonSchema(), 'null where the reason is missing'),
  });
}

/** A dead letter in a list. */
export type DeadLetterJson = Static<ReturnType<typeof deadLetterSchema>>;

/** The document of a dead letter in a list. */
export function deadLetterJson({ entry, location, reason }: DeadLetter): DeadLetterJson {
  return { ...entryJson(entry), location, reason };
}
