import { isCompatible, type Change } from './change.ts';
import { compareSchemas } from './compare-schemas.ts';
import { isNode, type SchemaNode } from './schema-node.ts';

/** The schemas of one version, by name. */
export type Schemas = Readonly<Record<string, SchemaNode>>;

/** A version's schemas. */
export interface Version {
  readonly version: string;
  readonly schemas: Schemas;
}

/** A change of one schema that is not allowed, in words. */
export interface Objection {
  readonly schema: string;
  readonly pointer: string;
  readonly text: string;
}

/**
 * What is not allowed about the schemas of now, beside those of a released version of the same major. Those of the very
 * version that was released must ask for the same, under the same `$id`: a strict reader of it knows no other fields. A later minor may have more optional
 * fields. Nothing is asked of another major.
 */
export function judge(released: Version, current: Version): readonly Objection[] {
  if (majorOf(released.version) !== majorOf(current.version)) return [];
  const isSame = released.version === current.version;
  if (!isSame && minorOf(current.version) < minorOf(released.version)) {
    const text = `version ${current.version} is older than ${released.version}, which was released`;
    return [{ schema: '', pointer: '', text }];
  }
  const objections: Objection[] = [];
  for (const [schema, before] of Object.entries(released.schemas)) {
    const after = current.schemas[schema];
    if (after === undefined) objections.push({ schema, pointer: '', text: 'the schema is gone' });
    else
      objections.push(
        ...(isSame ? objectionToId(schema, before['$id'], after['$id']) : []),
        ...compareSchemas(before, after).flatMap((change) => objectionTo(schema, change, isSame)),
      );
  }
  for (const [schema, node] of Object.entries(current.schemas)) {
    if (Object.hasOwn(released.schemas, schema)) continue;
    if (isSame)
      objections.push({ schema, pointer: '', text: 'the schema is new in a version that was released' });
    else if (isMessageType(node))
      objections.push({
        schema,
        pointer: '',
        text: 'the message type is new: readers of before quarantine it. Minors add optional fields only',
      });
  }
  return objections;
}

/** By its id others refer to a schema, so that of a released version stays. A later version has ids of its own. */
function objectionToId(schema: string, before: unknown, after: unknown): readonly Objection[] {
  if (before === after) return [];
  const text = `$id was ${JSON.stringify(before)} and is ${JSON.stringify(after)}: references to it lead nowhere`;
  return [{ schema, pointer: '/$id', text }];
}

function objectionTo(schema: string, change: Change, isSame: boolean): readonly Objection[] {
  const { pointer, text, letsDown } = change;
  if (!isCompatible(change))
    return [{ schema, pointer, text: `${text} (lets down: ${letsDown.join(', ')})` }];
  return isSame
    ? [{ schema, pointer, text: `${text}: a strict reader of this version refuses it. Raise the minor` }]
    : [];
}

function isMessageType({ properties }: SchemaNode): boolean {
  const type = isNode(properties) ? properties['message_type'] : undefined;
  return isNode(type) && 'const' in type;
}

function majorOf(version: string): number {
  return Number(version.split('.')[0]);
}

function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}
