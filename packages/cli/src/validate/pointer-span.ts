import type { Node } from 'jsonc-parser';
import type { Span } from './place.ts';

/**
 * Where in a text the value is that a JSON Pointer leads to; of one that is missing, where the object or array begins that
 * lacks it. Of two fields of one name the last counts, as everywhere here.
 */
export function spanOf(tree: Node, pointer: string): Span {
  const { node, isThere } = nearest(tree, pointer);
  return isThere ? node : { offset: node.offset, length: 1 };
}

/** The name of the field that a JSON Pointer leads to; where it leads to no field, as {@link spanOf}. */
export function nameSpanOf(tree: Node, pointer: string): Span {
  const { node, isThere } = nearest(tree, pointer);
  const name = node.parent?.type === 'property' ? node.parent.children?.[0] : undefined;
  return isThere && name !== undefined ? name : spanOf(tree, pointer);
}

/** The value that a JSON Pointer leads to, or the last on the way to it that there is. */
function nearest(tree: Node, pointer: string): { readonly node: Node; readonly isThere: boolean } {
  let node = tree;
  const keys = pointer.split('/').slice(1);
  for (const key of keys.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))) {
    const next = childOf(node, key);
    if (next === undefined) return { node, isThere: false };
    node = next;
  }
  return { node, isThere: true };
}

function childOf(node: Node, key: string): Node | undefined {
  if (node.type === 'array') return /^\d+$/.test(key) ? node.children?.[Number(key)] : undefined;
  return fieldsOf(node).get(key)?.children?.[1];
}

/** Fields of objects that were looked into, by name: an object may have a hundred thousand, and a fault in each. */
const known = new WeakMap<Node, ReadonlyMap<unknown, Node>>();

function fieldsOf(node: Node): ReadonlyMap<unknown, Node> {
  const before = known.get(node);
  if (before !== undefined) return before;
  const fields = new Map(
    (node.children ?? []).map((field) => [field.children?.[0]?.value as unknown, field]),
  );
  known.set(node, fields);
  return fields;
}
