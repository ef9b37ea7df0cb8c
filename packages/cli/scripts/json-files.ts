import { DeadLetterReasonSchema, EnvelopeSchema } from '@tapps-agents/contracts';
import { MESSAGE_REF, REASON_REF } from '../src/json/contract-schemas.ts';
import { documents, type DocumentKind } from '../src/json/documents.ts';
import { jsonReference } from './json-reference.ts';
import { schemaNode } from './json-schema-node.ts';

/** A generated file: its path within the package, and its text. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** The JSON Schema files and the reference, as they must be for the schemas in the source. */
export function jsonFiles(): readonly GeneratedFile[] {
  const kinds = documents();
  return [
    ...kinds.map((kind) => ({
      path: `schemas/${kind.name}.json`,
      text: `${JSON.stringify(schemaFile(kind), null, 2)}\n`,
    })),
    { path: 'docs/json.md', text: jsonReference(kinds) },
  ];
}

/** A document's schema for any validator: what it refers to is inside, under the id that it refers to. */
function schemaFile({ name, printedBy, schema }: DocumentKind): object {
  const text = JSON.stringify(schema);
  const embedded = [
    { name: 'dead_letter_reason', id: REASON_REF, schema: DeadLetterReasonSchema },
    { name: 'envelope', id: MESSAGE_REF, schema: EnvelopeSchema },
  ].filter(({ id }) => text.includes(id));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:tapps-agents:cli:${name}`,
    title: name,
    description: `What --json prints: ${printedBy.join(', ')}. Fields may be added.`,
    ...schemaNode(schema),
    ...(embedded.length > 0 && {
      $defs: Object.fromEntries(
        embedded.map((one) => [one.name, { $id: one.id, ...schemaNode(one.schema) }]),
      ),
    }),
  };
}
