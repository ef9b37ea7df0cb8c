import { asNode, assertions, canonical, isNode, sorted, type SchemaNode } from './schema-node.ts';

const UNION = ['anyOf', 'oneOf'];

/** Whether a schema lists alternatives. */
export function isUnion(node: SchemaNode): boolean {
  return unionsIn(node).length > 0;
}

/** By which keywords it lists them: two of them at once are both to be met, and `oneOf` allows one branch only. */
export function unionsIn(node: SchemaNode): readonly string[] {
  return UNION.filter((keyword) => keyword in node);
}

/** What else a union asks for. */
export function withoutUnion(node: SchemaNode): SchemaNode {
  return Object.fromEntries(Object.entries(node).filter(([keyword]) => !UNION.includes(keyword)));
}

/** What a union allows; another schema is a union of one. */
export function alternativesOf(node: SchemaNode): readonly SchemaNode[] {
  if (isUnion(node)) return UNION.flatMap((keyword) => node[keyword] ?? []).map(asNode);
  const { default: _own, ...rest } = assertions(node);
  return [rest];
}

const ALL_TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];

/** The types that are allowed; a number may be an integer. Where nothing is said, the values that are allowed say it. */
export function typesOf(node: SchemaNode): readonly string[] {
  const type = node['type'];
  if (type === undefined) return ALL_TYPES;
  const types = [type].flat().map(String);
  return types.includes('number') ? [...new Set([...types, 'integer'])] : types;
}

/** The only values that are allowed, as JSON; null where there is no such list. */
export function valuesOf(node: SchemaNode): readonly string[] | null {
  const listed = Array.isArray(node['enum']) ? node['enum'].map(sorted) : null;
  if (!('const' in node)) return listed;
  const only = sorted(node['const']);
  return listed === null || listed.includes(only) ? [only] : [];
}

/** Whether nothing at all is valid, as far as that is plain to see. */
export function allowsNothing(node: SchemaNode): boolean {
  const { not } = node;
  if (not === true || (isNode(not) && canonical(not) === '{}')) return true;
  return valuesOf(node)?.length === 0;
}

/** The fields that a schema describes, by name. */
export function fieldsOf(node: SchemaNode): Readonly<Record<string, SchemaNode>> {
  const fields = node['properties'];
  if (!isNode(fields)) return {};
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, asNode(field)]));
}

/** Keywords that have a say about fields which `properties` does not name. */
const ABOUT_OTHER_FIELDS = ['patternProperties', 'propertyNames', 'unevaluatedProperties'];

/** Whether any field that `properties` does not name is let pass, whatever it holds. */
export function letsOthersPass(node: SchemaNode): boolean {
  const rest = node['additionalProperties'];
  return (
    canonical(asNode(rest ?? true)) === '{}' && ABOUT_OTHER_FIELDS.every((keyword) => !(keyword in node))
  );
}

/** The names of fields that must be there. */
export function requiredIn(node: SchemaNode): readonly string[] {
  return Array.isArray(node['required']) ? node['required'].map(String) : [];
}

/** The schemas of the first items, one by one. */
export function firstItemsOf(node: SchemaNode): readonly unknown[] {
  const list: unknown = node['prefixItems'];
  return Array.isArray(list) ? list : [];
}
