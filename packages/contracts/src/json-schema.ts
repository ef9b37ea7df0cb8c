/** A JSON Schema as data: what TypeBox types are at run time. Only the keywords that this package looks at are named. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly if?: JsonSchema;
  readonly then?: JsonSchema;
  readonly else?: JsonSchema;
  readonly dependentSchemas?: Readonly<Record<string, JsonSchema>>;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly unevaluatedProperties?: JsonSchema | boolean;
  readonly required?: readonly string[];
  /** A list is TypeBox's form of a tuple, from before draft 2020-12. */
  readonly items?: JsonSchema | boolean | readonly JsonSchema[];
  readonly additionalItems?: JsonSchema | boolean;
  readonly prefixItems?: readonly JsonSchema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly pattern?: string;
  readonly format?: string;
  /** TypeBox's own: checks written as functions. Not enumerable, so it never reaches a JSON Schema file. */
  readonly '~refine'?: readonly {
    readonly check: (value: unknown) => boolean;
    readonly error: (value: unknown) => string;
  }[];
}

/** Keywords whose value is one schema, a list of schemas, or a map of schemas. */
const ONE = new Set([
  'items',
  'additionalItems',
  'additionalProperties',
  'unevaluatedProperties',
  'contains',
  'not',
  'if',
  'then',
  'else',
  'propertyNames',
]);
const LIST = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems', 'items']);
const MAP = new Set(['properties', 'patternProperties', '$defs', 'dependentSchemas']);

/** A copy of a schema in which `change` has been applied to every schema directly inside it, given the keyword it is under. */
export function mapSubschemas(
  schema: JsonSchema,
  change: (schema: JsonSchema, keyword: string) => JsonSchema,
): JsonSchema {
  const changed: Record<string, unknown> = {};
  const each = (value: unknown, keyword: string): unknown =>
    isObject(value) ? change(value, keyword) : value;

  for (const [keyword, value] of Object.entries(schema)) {
    if (LIST.has(keyword) && Array.isArray(value)) {
      changed[keyword] = value.map((item: unknown) => each(item, keyword));
    } else if (ONE.has(keyword)) {
      changed[keyword] = each(value, keyword);
    } else if (MAP.has(keyword) && isObject(value)) {
      changed[keyword] = Object.fromEntries(
        Object.entries(value).map(([key, part]) => [key, each(part, keyword)]),
      );
    }
  }
  return extendSchema(schema, changed);
}

/** A copy of a schema with some keywords replaced; properties that are not enumerable, TypeBox's refinements, come along. */
export function extendSchema(schema: JsonSchema, keywords: JsonSchema): JsonSchema {
  const copy: object = Object.create(Object.prototype, Object.getOwnPropertyDescriptors(schema));
  return Object.assign(copy, keywords);
}

/** Whether a keyword's value is a schema of its own, and neither a list of schemas nor true or false. */
export function isSchema(value: unknown): value is JsonSchema {
  return isObject(value);
}

/** Whether a value is an object that is neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
