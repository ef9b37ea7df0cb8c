import {
  DeadLetterReasonSchema,
  EnvelopeSchema,
  SCHEMA_VERSION,
  statusUpdate,
  taskAssignment,
  taskComplete,
} from '../src/index.ts';
import { readerJsonSchema } from '../src/reader-json-schema.ts';
import { asyncApiDocument } from './asyncapi-document.ts';

/** A generated file: its path within the package and its text. */
export interface SchemaFile {
  readonly path: string;
  readonly text: string;
}

/** The JSON Schema files, and the AsyncAPI document, as they must be for the schemas in the source. */
export function schemaFiles(): readonly SchemaFile[] {
  const schemas = {
    envelope: readerJsonSchema('envelope', EnvelopeSchema),
    task_assignment: taskAssignment.jsonSchema(),
    status_update: statusUpdate.jsonSchema(),
    task_complete: taskComplete.jsonSchema(),
    dead_letter_reason: readerJsonSchema('dead_letter_reason', DeadLetterReasonSchema),
  };
  const documents: [path: string, document: object][] = Object.entries(schemas).map(([name, schema]) => [
    `schemas/${SCHEMA_VERSION}/${name}.json`,
    schema,
  ]);
  documents.push([`asyncapi/${SCHEMA_VERSION}/asyncapi.json`, asyncApiDocument()]);
  return documents.map(([path, document]) => ({ path, text: `${JSON.stringify(document, null, 2)}\n` }));
}
