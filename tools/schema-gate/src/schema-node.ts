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

/** A schema as an object: `true` allows everything, and `false` nothing. What is no schema is one that nobody knows. */
export function asNode(schema: unknown): SchemaNode {
  if (isNode(schema)) return schema;
  if (schema === true) return {};
  return schema === false ? { not: {} } : { 'no schema': schema };
}

/** Stands for what is asked beside a reference, where the two cannot be told as one. */
const BESIDE_REFERENCE = '$ref and what is beside it';

/** Keywords that say the same beside a reference as they would in its target, for they look at no other keyword. */
const ALONE: ReadonlySet<string> = new Set([
  'type',
  'enum',
  'const',
  'default',
  'required',
  'pattern',
  'format',
  'multipleOf',
  'minimum',
  'exclusiveMinimum',
  'maximum',
  'exclusiveMaximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
]);

/**
 * Follows references within the document, `#` and `#/…`; any other is left as it is. What stands beside a reference is
 * asked for as well: it joins what the target asks for, or, where both have a say about the same, stays a keyword of
 * its own without a rule.
 */
export function resolved(node: SchemaNode, document: SchemaNode): SchemaNode {
  let at = node;
  for (const seen = new Set<unknown>(); '$ref' in at && !seen.has(at['$ref']);) {
    const { $ref, ...beside } = at;
    const target = targetOf($ref, document);
    if (target === null) return at;
    seen.add($ref);
    at = joined(target, assertions(beside));
  }
  return at;
}

function targetOf($ref: unknown, document: SchemaNode): SchemaNode | null {
  if ($ref === '#') return document;
  if (typeof $ref !== 'string' || !$ref.startsWith('#/')) return null;
  const target = $ref
    .slice(2)
    .split('/')
    .map((key) => decoded(key).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((at, key) => {
      if (Array.isArray(at)) return at[Number(key)];
      return isNode(at) && Object.hasOwn(at, key) ? at[key] : undefined;
    }, document);
  return target === undefined ? null : asNode(target);
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key; // No percent-encoding: taken as it is written.
  }
}

function joined(target: SchemaNode, beside: SchemaNode): SchemaNode {
  if (Object.keys(beside).length === 0) return target;
  const both: Record<string, unknown> = { ...target };
  const others: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(beside)) {
    if (keyword === 'default' || (ALONE.has(keyword) && !(keyword in target))) both[keyword] = value;
    else others[keyword] = value;
  }
  if (Object.keys(others).length === 0) return both;
  return { ...both, [BESIDE_REFERENCE]: [target[BESIDE_REFERENCE] ?? {}, others] };
}

/** Whether a schema leads anywhere by a reference: then its own text does not say all that it asks for. */
export function refers(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(refers);
  if (!isNode(schema)) return false;
  return '$ref' in schema || '$dynamicRef' in schema || Object.values(schema).some(refers);
}
