import type { TSchema } from 'typebox';

/** A schema that carries a default value. */
export type WithDefault<Schema extends TSchema> = Schema & { default: unknown };

/**
 * Gives a field a default: it may then be left out when a message is built and when one is read, and is filled in.
 *
 * Unlike `Type.String({ default })`, of which TypeScript forgets the default, the builder's input type knows that the
 * field is optional. The value is copied each time; it must be JSON that the schema accepts. `defineMessage` refuses a default where
 * none is filled in: in unions, intersections, records, tuples and recursive types.
 */
export function withDefault<Schema extends TSchema>(schema: Schema, value: unknown): WithDefault<Schema> {
  const copy: Schema = Object.create(Object.prototype, Object.getOwnPropertyDescriptors(schema));
  return Object.assign(copy, { default: value });
}
