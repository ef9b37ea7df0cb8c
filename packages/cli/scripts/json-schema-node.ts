/** A JSON Schema as data: only what the schemas of documents use. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly SchemaNode[];
  readonly items?: SchemaNode;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: SchemaNode | boolean;
}

/** The schema as plain JSON: TypeBox keeps marks of its own in properties that are not enumerable. */
export function schemaNode(schema: object): SchemaNode {
  const node: SchemaNode = JSON.parse(JSON.stringify(schema));
  return node;
}
