/** A JSON Schema as data. */
export type SchemaNode = Readonly<Record<string, unknown>>;

/** Whether a value is an object, and so may be a schema. */
export function isNode(value: unknown): value is SchemaNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keywords that say something to people and nothing about what is valid. */
const ANNOTATIONS: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$comment',
  '$defs',
  'title',
  'description',
  'examples',
  'deprecated',
]);

/** What a schema asks for, without what it says to people. */
export function assertions(node: SchemaNode): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(node).filter(([keyword]) => !ANNOTATIONS.has(keyword)));
}

/** Keywords whose value is a map of schemas by names that anybody chose, and those whose value is no schema at all. */
const MAPS: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'dependentSchemas']);
const VALUES: ReadonlySet<string> = new Set([
  'default',
  'const',
  'enum',
  'required',
  'type',
  'dependentRequired',
]);

/** A text that two schemas have in common exactly if they ask for the same, in whatever order. */
export function canonical(schema: unknown): string {
  if (Array.isArray(schema)) return `[${schema.map(canonical).join()}]`;
  if (!isNode(schema)) return sorted(schema);
  return fieldsAs(assertions(schema), (value, keyword) => {
    if (VALUES.has(keyword)) return sorted(value);
    return MAPS.has(keyword) && isNode(value) ? fieldsAs(value, canonical) : canonical(value);
  });
}

/** JSON text with the fields of every object in one order. */
export function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join()}]`;
  if (!isNode(value)) return JSON.stringify(value) ?? 'none';
  return fieldsAs(value, sorted);
}

function fieldsAs(node: SchemaNode, text: (value: unknown, key: string) => string): string {
  const fields = Object.entries(node).map(([key, value]) => `${JSON.stringify(key)}:${text(value, key)}`);
  return `{${fields.sort((a, b) => (a < b ? -1 : 1)).join()}}`;
}

/** Follows a reference within the document, `#/$defs/…`; any other is left as it is. */
export function resolved(node: SchemaNode, document: SchemaNode): SchemaNode {
  const { $ref } = node;
  if (typeof $ref !== 'string' || !$ref.startsWith('#/')) return node;
  const target = $ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, key) => (isNode(at) ? at[key] : undefined), document);
  return isNode(target) ? target : node;
}
