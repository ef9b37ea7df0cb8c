import { FAILURE_REF, MESSAGE_REF, REASON_REF } from '../src/json/contract-schemas.ts';
import type { DocumentKind } from '../src/json/documents.ts';
import { schemaNode, type SchemaNode } from './json-schema-node.ts';

const CONTRACT_SCHEMAS = '../../contracts/schemas/1.0';

const REFERENCES: Readonly<Record<string, string>> = {
  [REASON_REF]: `[dead_letter_reason](${CONTRACT_SCHEMAS}/dead_letter_reason.json)`,
  [FAILURE_REF]: `failure (an item of \`history\` in [dead_letter_reason](${CONTRACT_SCHEMAS}/dead_letter_reason.json))`,
  [MESSAGE_REF]: `message (an [envelope](${CONTRACT_SCHEMAS}/envelope.json) with the fields of its type)`,
};

const HEAD = `# Output for programs

<!-- Generated from packages/cli/src/json by \`npm run generate\`; a test fails when the two part ways. -->

What each command prints with \`--json\`: one JSON document a line on standard output; errors and warnings on standard error.
Fields may be added, never renamed or removed, so readers let unknown ones pass. Moments are RFC 3339 in UTC; names of lengths
of time end in \`_ms\`. The same as JSON Schema (draft 2020-12) is in the package's \`schemas/\`, a file for each document.
`;

/** The reference of all documents, as Markdown. */
export function jsonReference(kinds: readonly DocumentKind[]): string {
  return [HEAD, ...kinds.map(section)].join('\n');
}

function section({ name, printedBy, comes, schema }: DocumentKind): string {
  const by = printedBy.map((line) => `\`${line}\``).join(', ');
  const how = comes === 'one' ? 'one document' : comes === 'one a line' ? 'a document a line' : comes;
  const node = schemaNode(schema);
  const inside = body(node, 0) || `${describe(node)[0]?.toUpperCase()}${describe(node).slice(1)}.`;
  return `## ${name}\n\n${by}: ${how}.\n\n${inside}\n`;
}

/** The variants of a document, or its fields. */
function body(node: SchemaNode, depth: number): string {
  if (node.anyOf === undefined) return fields(node, depth);
  return node.anyOf.map((variant) => `- ${describe(variant)}\n${fields(variant, depth + 1)}`).join('\n');
}

/** A line for each field, and those of what is inside it below. */
function fields(node: SchemaNode, depth: number): string {
  return Object.entries(node.properties ?? {})
    .map(([name, field]) => {
      const optional = node.required?.includes(name) === true ? '' : ', may be missing';
      const described = field.description ?? field.anyOf?.find((one) => one.description)?.description;
      const description = described === undefined ? '' : `: ${described}`;
      const line = `${'  '.repeat(depth)}- \`${name}\` (${kindOf(field)}${optional})${description}`;
      const inner = innerObject(field);
      return inner === undefined ? line : `${line}\n${fields(inner, depth + 1)}`;
    })
    .join('\n');
}

function describe(node: SchemaNode): string {
  return node.description ?? kindOf(node);
}

function kindOf(node: SchemaNode): string {
  if (node.$ref !== undefined) return REFERENCES[node.$ref] ?? node.$ref;
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum !== undefined) return node.enum.map((value) => JSON.stringify(value)).join(', ');
  if (node.anyOf !== undefined) return node.anyOf.map(kindOf).join(' or ');
  if (node.type === 'array') return `list of ${node.items === undefined ? 'anything' : kindOf(node.items)}`;
  return node.type ?? 'anything';
}

/** The object whose fields are listed below a field: itself, the items of a list, or what is there when it is not null. */
function innerObject(node: SchemaNode): SchemaNode | undefined {
  if (node.properties !== undefined) return node;
  if (node.items !== undefined) return innerObject(node.items);
  return node.anyOf?.map(innerObject).find((inner) => inner !== undefined);
}
