import { isCompatible, type Change } from './change.ts';
import { compareAsyncApi } from './compare-asyncapi.ts';
import { compareSchemas } from './compare-schemas.ts';
import { isNode, type SchemaNode } from './schema-node.ts';

/** Documents of JSON, by name. Each should be an object; one that is not is objected to. */
export type Documents = Readonly<Record<string, unknown>>;

/** What a version asks for. */
export interface Version {
  readonly version: string;
  readonly schemas: Documents;
  /** The AsyncAPI document; null where a version has none. */
  readonly asyncapi: unknown;
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
 * fields, under an `$id` of its own. Nothing is asked of another major.
 */
export function judge(released: Version, current: Version): readonly Objection[] {
  if (majorOf(released.version) !== majorOf(current.version)) return [];
  const isSame = released.version === current.version;
  if (!isSame && minorOf(current.version) < minorOf(released.version)) {
    const text = `version ${current.version} is older than ${released.version}, which was released`;
    return [{ schema: '', pointer: '', text }];
  }
  const objections: Objection[] = [];
  for (const [schema, before] of Object.entries(released.schemas))
    objections.push(...toReleasedSchema(schema, before, current.schemas[schema], isSame));
  for (const [schema, node] of Object.entries(current.schemas)) {
    if (Object.hasOwn(released.schemas, schema)) continue;
    const text = whyNotNew(node, isSame);
    if (text !== null) objections.push({ schema, pointer: '', text });
  }
  return [...objections, ...toAsyncApi(released.asyncapi, current, isSame)];
}

function toReleasedSchema(
  schema: string,
  before: unknown,
  after: unknown,
  isSame: boolean,
): readonly Objection[] {
  if (after === undefined) return [{ schema, pointer: '', text: 'the schema is gone' }];
  if (!isNode(before) || !isNode(after)) return [{ schema, pointer: '', text: noObject(before, after) }];
  return [
    ...toId(schema, '$id', before, after, isSame),
    ...toDialect(schema, before['$schema'], after['$schema']),
    ...compareSchemas(before, after).flatMap((change) => objectionTo(schema, change, isSame)),
  ];
}

function noObject(before: unknown, after: unknown): string {
  const [was, is] = [before, after].map((value) => (isNode(value) ? 'an object' : JSON.stringify(value)));
  return `a schema has to be an object here: it was ${was} and is ${is}`;
}

/** By its id others refer to a document, so that of a released version stays, and a later version has one of its own. */
function toId(
  schema: string,
  field: string,
  { [field]: before }: SchemaNode,
  { [field]: after }: SchemaNode,
  isSame: boolean,
): readonly Objection[] {
  const pointer = `/${field}`;
  const [was, is] = [before, after].map((id) => JSON.stringify(id));
  if (isSame && before !== after)
    return [{ schema, pointer, text: `${field} was ${was} and is ${is}: references to it lead nowhere` }];
  if (!isSame && before !== undefined && before === after)
    return [{ schema, pointer, text: `${field} is still ${is}, by which others refer to the released one` }];
  return [];
}

/** In another dialect the same keywords may ask for something else. */
function toDialect(schema: string, before: unknown, after: unknown): readonly Objection[] {
  if (before === after) return [];
  const [was, is] = [before, after].map((dialect) => JSON.stringify(dialect));
  return [
    { schema, pointer: '/$schema', text: `the dialect was ${was} and is ${is}, which no rule can judge` },
  ];
}

/** Why a schema must not be added; null where nothing is said against it. */
function whyNotNew(node: unknown, isSame: boolean): string | null {
  if (isSame) return 'the schema is new in a version that was released';
  if (!isNode(node)) return `a schema has to be an object here: it is ${JSON.stringify(node)}`;
  if (mentionsMessageType(node))
    return 'the message type is new: readers of before quarantine it. Minors add optional fields only';
  return leadsElsewhere(node)
    ? 'the schema is new and leads into another document, so that no rule can judge whether it is a message type'
    : null;
}

/** Whether a schema speaks of the field `message_type`, however it says what that holds. */
function mentionsMessageType(value: unknown): boolean {
  if (value === 'message_type') return true;
  if (Array.isArray(value)) return value.some(mentionsMessageType);
  if (!isNode(value)) return false;
  return 'message_type' in value || Object.values(value).some(mentionsMessageType);
}

/** Whether a reference anywhere in it leads out of the document. */
function leadsElsewhere(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(leadsElsewhere);
  if (!isNode(value)) return false;
  const { $ref } = value;
  return (
    ($ref !== undefined && !(typeof $ref === 'string' && $ref.startsWith('#'))) ||
    Object.values(value).some(leadsElsewhere)
  );
}

const ASYNCAPI = 'asyncapi';

function toAsyncApi(
  before: unknown,
  { asyncapi: after, version }: Version,
  isSame: boolean,
): readonly Objection[] {
  if (before === null || before === undefined) return [];
  if (!isNode(before) || !isNode(after))
    return [{ schema: ASYNCAPI, pointer: '', text: 'the AsyncAPI document is gone, or no object' }];
  const named = isNode(after['info']) ? after['info']['version'] : undefined;
  const misnamed = { pointer: '/info/version', text: `it is ${JSON.stringify(named)} in version ${version}` };
  return [
    ...toId(ASYNCAPI, 'id', before, after, isSame),
    ...[...(named === version ? [] : [misnamed]), ...compareAsyncApi(before, after, isSame)].map((one) => ({
      schema: ASYNCAPI,
      ...one,
    })),
  ];
}

function objectionTo(schema: string, change: Change, isSame: boolean): readonly Objection[] {
  const { pointer, text, letsDown } = change;
  if (!isCompatible(change))
    return [{ schema, pointer, text: `${text} (lets down: ${letsDown.join(', ')})` }];
  return isSame
    ? [{ schema, pointer, text: `${text}: a strict reader of this version refuses it. Raise the minor` }]
    : [];
}

function majorOf(version: string): number {
  return Number(version.split('.')[0]);
}

function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}
