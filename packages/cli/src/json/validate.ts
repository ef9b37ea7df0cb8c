import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { Validation } from '../validate/validate-message.ts';
import { countSchema, orNull } from './fields.ts';

/** The schema of a line of `validate`. */
export function validationSchema() {
  return Type.Object({
    file: Type.String({ description: 'as it was given; `standard input` for -' }),
    line: Type.Integer({ minimum: 1, description: 'where the message begins: its line in NDJSON, else 1' }),
    valid: Type.Boolean(),
    message_type: orNull(Type.String(), 'as far as it can be told'),
    message_id: orNull(Type.String(), 'as far as it can be told'),
    faults: Type.Array(
      Type.Object({
        code: Type.String({ description: 'the reason code that a dead letter would have' }),
        pointer: Type.String({
          description: 'JSON Pointer (RFC 6901), also to a field that is missing; empty: the whole',
        }),
        line: Type.Integer({
          minimum: 1,
          description: 'in the file: of the value; of what lacks the field; of where JSON ends to be JSON',
        }),
        column: Type.Integer({ minimum: 1, description: 'in UTF-16 code units from 1; a tab is one' }),
        expected: Type.String(),
        found: Type.String(),
      }),
      { description: 'at most 100' },
    ),
    faults_omitted: countSchema('how many more there were'),
  });
}

/** A line of `validate`. */
export type ValidationJson = Static<ReturnType<typeof validationSchema>>;

/** The document of one message that was looked at. `line` is where it begins. */
export function validationJson(file: string, line: number, validation: Validation): ValidationJson {
  const { messageType, messageId, faults, faultsOmitted } = validation;
  return {
    file,
    line,
    valid: faults.length === 0,
    message_type: messageType,
    message_id: messageId,
    faults: faults.map(({ code, pointer, place, expected, found }) => ({
      code,
      pointer,
      line: line + place.line - 1,
      column: place.column,
      expected,
      found,
    })),
    faults_omitted: faultsOmitted,
  };
}
