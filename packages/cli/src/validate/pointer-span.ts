import type { Node } from 'jsonc-parser';
import type { Span } from './place.ts';

/**
 * Where in a text the value is that a JSON Pointer leads to; of one that is missing, where the object or array begins that
 * lacks it. Of two fields of one name the last counts, as everywhere here.
 */
export function spanOf(tree: Node, pointer: string): Span {
  let node = tree;
  const keys = pointer.split('/').slice(1);
  for (const key of keys.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))) {
    const next = childOf(node, key);
    if (next === undefined) return { offset: node.offset, length: 1 };
    node = next;
  }
  return node;
}

function childOf({ type, children = [] }: Node, key: string): Node | undefined {
  if (type === 'array') return children[Number(key)];
  return children.findLast(({ children: [name] = [] }) => name?.value === key)?.children?.[1];
}
