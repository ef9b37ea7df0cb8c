import { Type } from 'typebox';
import { orNull } from './fields.ts';

/** The schema of a piece of advice. */
export function adviceSchema() {
  return Type.Object({
    level: Type.Enum(['info', 'warning']),
    text: Type.String({ description: 'what is wrong' }),
    command: orNull(Type.String(), 'what mends it, or shows more of it'),
  });
}
