import { Type } from 'typebox';
import type { TSchema } from 'typebox';

/** A moment: RFC 3339 in UTC. */
export function momentSchema(description: string) {
  return Type.String({ format: 'date-time', description });
}

/** How many. */
export function countSchema(description: string) {
  return Type.Integer({ minimum: 0, description });
}

/** A length of time in milliseconds. */
export function durationSchema(description: string) {
  return Type.Number({ minimum: 0, description });
}

/** The schema, or null where there is nothing to tell. */
export function orNull<Schema extends TSchema>(schema: Schema, description?: string) {
  return Type.Union([schema, Type.Null()], description === undefined ? {} : { description });
}
