import { MAX_FAULT_TEXT_CHARACTERS, MessageError, serializeMessage } from '@tapps-agents/contracts';
import type { Fault, Message } from '@tapps-agents/contracts';
import type { Node } from 'jsonc-parser';
import { beginningOf } from '../cut-text.ts';
import type { Span } from './place.ts';
import { nameSpanOf, spanOf } from './pointer-span.ts';

/**
 * What a writer must not do, and a reader lets pass: a field that no schema names, a key that stands twice in an object, or anything
 * else that a strict writer refuses, such as a time that does not end in Z.
 */
export const WRITER_CODES = ['unknown_field', 'repeated_key', 'not_for_writers'] as const;

/** One of {@link WRITER_CODES}. */
export type WriterCode = (typeof WRITER_CODES)[number];

/** Something that a writer must not write, and where it stands. */
export interface WriterFault {
  readonly code: WriterCode;
  readonly pointer: string;
  readonly expected: string;
  readonly found: string;
  readonly span: Span;
}

/**
 * All that is wrong with a message by the rules for writers alone.
 *
 * @param known faults of which readers speak already
 * @param maxFaults most that are listed of either kind
 */
export function writerFaults(
  value: unknown,
  tree: Node,
  known: readonly Fault[],
  maxFaults: number,
): { readonly faults: readonly WriterFault[]; readonly omitted: number } {
  const told = new Set(known.map(({ pointer }) => pointer));
  const { faults: all, faultsOmitted } = strictFaults(value, maxFaults);
  // What is missing and need not be there has its default: writers here fill it in, and readers do.
  const strict = all.filter(({ pointer, found }) => found !== 'nothing' && !told.has(pointer));
  const repeated: WriterFault[] = [];
  let omitted = faultsOmitted;
  for (const fault of repeatedKeys(tree, '')) {
    if (repeated.length < maxFaults) repeated.push(fault);
    else omitted += 1;
  }
  const faults = [
    ...strict.map((fault) => {
      const isField = fault.expected.startsWith('absent');
      return isField
        ? { ...fault, code: 'unknown_field' as const, span: nameSpanOf(tree, fault.pointer) }
        : { ...fault, code: 'not_for_writers' as const, span: spanOf(tree, fault.pointer) };
    }),
    ...repeated,
  ];
  return { faults, omitted };
}

const NONE = { faults: [], faultsOmitted: 0 };

/** What the strict writer says of a value; nothing about types and sizes, which is no matter of a single place. */
function strictFaults(value: unknown, maxFaults: number): Pick<MessageError, 'faults' | 'faultsOmitted'> {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it says itself what is no message
    serializeMessage(value as Message, { maxFaults });
    return NONE;
  } catch (error) {
    if (error instanceof MessageError) return error.code === 'ERR_INVALID_MESSAGE' ? error : NONE;
    throw error;
  }
}

/** The name of each field that stands in its object already. No deeper than the tree, which was parsed by recursion as well. */
function* repeatedKeys(node: Node, pointer: string): Generator<WriterFault> {
  const seen = new Set<unknown>();
  for (const [index, child] of (node.children ?? []).entries()) {
    const [name, value] = child.type === 'property' ? (child.children ?? []) : [undefined, child];
    const at = `${pointer}/${name === undefined ? index : escaped(String(name.value))}`;
    if (name !== undefined && seen.has(name.value))
      yield {
        code: 'repeated_key',
        pointer: beginningOf(at, MAX_FAULT_TEXT_CHARACTERS),
        expected: 'a key that stands once in its object',
        found: 'it once more, and readers take the last',
        span: name,
      };
    if (name !== undefined) seen.add(name.value);
    if (value?.children !== undefined) yield* repeatedKeys(value, at);
  }
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
