import { isCompatible } from './change.ts';
import { compareSchemas } from './compare-schemas.ts';
import { isNode, sorted, type SchemaNode } from './schema-node.ts';

/** Something about an AsyncAPI document that is not allowed, in words. */
export interface DocumentObjection {
  /** JSON Pointer (RFC 6901) into the document. */
  readonly pointer: string;
  readonly text: string;
}

/**
 * What is not allowed about the AsyncAPI document of now, beside a released one of the same major. Channels, operations and messages that were
 * released stay, with their addresses, actions and everything else that programs read; what people read may change. A
 * later minor may have further channels and operations, and optional fields in its messages, but no new messages.
 */
export function compareAsyncApi(
  released: SchemaNode,
  current: SchemaNode,
  isSameVersion: boolean,
): readonly DocumentObjection[] {
  const [were, are] = [piecesOf(released), piecesOf(current)];
  const objections: DocumentObjection[] = [];
  for (const [pointer, was] of were) {
    const is = are.get(pointer);
    if (is === undefined) objections.push({ pointer, text: 'it is gone' });
    else if (PAYLOAD.test(pointer)) objections.push(...toPayload(pointer, was, is, isSameVersion));
    else if (machineText(was.value) !== machineText(is.value))
      objections.push({ pointer, text: `was ${machineText(was.value)} and is ${machineText(is.value)}` });
  }
  for (const [pointer, { owner }] of are) {
    if (were.has(pointer) || (pointer !== owner && owner !== '' && !were.has(owner))) continue;
    if (isSameVersion) objections.push({ pointer, text: 'it is new in a version that was released' });
    else if (pointer.startsWith('/components/messages/') && !were.has(owner))
      objections.push({ pointer, text: 'the message is new: readers of before quarantine it' });
    else if (!MAY_BE_NEW.test(owner) || were.has(owner))
      objections.push({ pointer, text: 'it is new, which no rule can judge' });
  }
  return objections;

  function toPayload(pointer: string, was: Piece, is: Piece, isSame: boolean): readonly DocumentObjection[] {
    if (!isNode(was.value) || !isNode(is.value)) return [{ pointer, text: 'a payload is no object' }];
    return compareSchemas(was.value, is.value, [released, current])
      .filter((change) => isSame || !isCompatible(change))
      .map(({ pointer: below, text, letsDown }) => ({
        pointer: pointer + below,
        text: `${text} (lets down: ${letsDown.join(', ')})`,
      }));
  }
}

interface Piece {
  /** The channel, operation or component that it is of, as a pointer. */
  readonly owner: string;
  readonly value: unknown;
}

/** What a later minor may have more of. */
const MAY_BE_NEW = /^\/(?:channels|operations|components\/(?!messages\/)[^/]+)\/[^/]+$/;

const PAYLOAD = /^\/components\/messages\/[^/]+\/payload$/;

/** Fields of a channel that are maps by names that anybody chose. */
const MAPS_OF_A_CHANNEL = ['messages', 'parameters'];

/** Whatever is compared as one, by its pointer. The document's id and version are its own. */
function piecesOf(document: SchemaNode): ReadonlyMap<string, Piece> {
  const pieces = new Map<string, Piece>();
  for (const [key, value] of Object.entries(document)) {
    if (key === 'info' || key === 'id') continue;
    if (key === 'components') {
      for (const [kind, group] of fields(value)) addAll(`/components/${escaped(kind)}`, group, []);
    } else if (['channels', 'operations', 'servers'].includes(key))
      addAll(`/${key}`, value, MAPS_OF_A_CHANNEL);
    else pieces.set(`/${escaped(key)}`, { owner: '', value });
  }
  return pieces;

  function addAll(pointer: string, group: unknown, maps: readonly string[]): void {
    for (const [name, value] of fields(group)) {
      const owner = `${pointer}/${escaped(name)}`;
      pieces.set(owner, { owner, value: null });
      for (const [key, part] of fields(value).filter(([one]) => !FOR_PEOPLE.has(one))) {
        const at = `${owner}/${escaped(key)}`;
        if (!maps.includes(key) || !isNode(part)) pieces.set(at, { owner, value: part });
        else
          for (const [one, node] of fields(part)) pieces.set(`${at}/${escaped(one)}`, { owner, value: node });
      }
    }
  }
}

/** What people read. */
const FOR_PEOPLE: ReadonlySet<string> = new Set([
  'title',
  'summary',
  'description',
  'tags',
  'externalDocs',
  'examples',
]);

/** What programs read of a piece, as text. */
function machineText(value: unknown): string {
  return sorted(withoutProse(value));
}

function withoutProse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutProse);
  if (!isNode(value)) return value;
  const kept = Object.entries(value).filter(([key]) => !FOR_PEOPLE.has(key));
  return Object.fromEntries(kept.map(([key, part]) => [key, withoutProse(part)]));
}

function fields(value: unknown): readonly [string, unknown][] {
  return isNode(value) ? Object.entries(value) : [];
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
