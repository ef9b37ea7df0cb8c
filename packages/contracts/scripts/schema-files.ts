import {
  DeadLetterReasonSchema,
  EnvelopeSchema,
  SCHEMA_VERSION,
  statusUpdate,
  taskAssignment,
  taskComplete,
} from '../src/index.ts';
import { readerJsonSchema } from '../src/reader-json-schema.ts';

/** A JSON Schema file of the package: its path within `schemas/` and its text. */
export interface SchemaFile {
  readonly path: string;
  readonly text: string;
}

/** The JSON Schema files as they must be for the schemas in the source. */
export function schemaFiles(): readonly SchemaFile[] {
  const schemas = {
    envelope: readerJsonSchema('envelope', EnvelopeSchema),
    task_assignment: taskAssignment.jsonSchema(),
    status_update: statusUpdate.jsonSchema(),
    task_complete: taskComplete.jsonSchema(),
    dead_letter_reason: readerJsonSchema('dead_letter_reason', DeadLetterReasonSchema),
  };
  return Object.entries(schemas).map(([name, schema]) => ({
    path: `${SCHEMA_VERSION}/${name}.json`,
    text: `${JSON.stringify(schema, null, 2)}\n`,
  }));
}
