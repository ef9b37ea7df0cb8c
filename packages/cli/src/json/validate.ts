import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { PlacedFault, Validation } from '../validate/validate-message.ts';
import { WRITER_CODES } from '../validate/writer-faults.ts';
import { orNull } from './fields.ts';

/** The schema of a line of `validate`. */
export function validationSchema() {
  return Type.Object({
    file: Type.String({ description: 'as it was given; `standard input` for -' }),
    line: Type.Integer({ minimum: 1, description: 'where the message begins: its line in NDJSON, else 1' }),
    valid: Type.Boolean(),
    message_type: orNull(Type.String(), 'as far as it can be told'),
    message_id: orNull(Type.String(), 'as far as it can be told'),
    omitted: Type.Integer({
      minimum: 0,
      description:
        'about how many faults and warnings there are beyond the first thousand of either; 0 with --all',
    }),
    faults: Type.Array(faultSchema(), {
      description: 'what is wrong; with --strict also what would be warnings',
    }),
    warnings: Type.Array(faultSchema(), { description: 'what readers let pass and a writer must not write' }),
  });
}

function faultSchema() {
  return Type.Object({
    code: Type.String({
      description: `the reason code that a dead letter would have, or ${WRITER_CODES.join(', ')}`,
    }),
    pointer: Type.String({
      description: 'JSON Pointer (RFC 6901), also to a field that is missing; empty: the whole',
    }),
    line: Type.Integer({
      minimum: 1,
      description:
        'in the file: of the value; of what lacks the field; of a name that must not be there; of where JSON ends to be JSON',
    }),
    column: Type.Integer({ minimum: 1, description: 'in UTF-16 code units from 1; a tab is one' }),
    expected: Type.String(),
    found: Type.String(),
  });
}

/** A fault, or a warning. */
export type FaultJson = Static<ReturnType<typeof faultSchema>>;

/** A line of `validate`. */
export type ValidationJson = Static<ReturnType<typeof validationSchema>>;

/** What is short in the document of one message that was looked at. `line` is where it begins. */
export function validationJson(
  file: string,
  line: number,
  { messageType, messageId, faults, omitted }: Validation,
): Omit<ValidationJson, 'faults' | 'warnings'> {
  const valid = faults.length === 0;
  return { file, line, valid, message_type: messageType, message_id: messageId, omitted };
}

/** One fault, or one warning, of a message that begins in a line of its file. */
export function faultJson(
  firstLine: number,
  { code, pointer, place, expected, found }: PlacedFault,
): FaultJson {
  const line = firstLine + place.line - 1;
  return { code, pointer, line, column: place.column, expected, found };
}
