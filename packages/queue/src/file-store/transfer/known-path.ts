import {
  formatReady,
  isForeignMessage,
  isJournalFile,
  parseLeased,
  parseLedger,
  parseReady,
  parseReason,
} from '../names.ts';
import { isOperationFile, isOperationId } from '../operation-log.ts';
import { isSegment, RESERVED_DEVICE_NAME, type SegmentKind } from '../segment.ts';

/** What a file of the layout is, by its path below the root alone. */
export interface KnownPath {
  readonly kind:
    | 'layout'
    | 'agent'
    | 'ready'
    | 'leased'
    | 'dead'
    | 'processed'
    | 'journal'
    | 'operation'
    | 'session'
    | 'pause';
  /** Where it belongs in another directory: a lease, whose holder is not there, goes back to its box. Null: nowhere. */
  readonly target: string | null;
  /** The segment of the agent whose box it is in or about; null for what is nobody's. */
  readonly agent: string | null;
}

/** No control characters, and nothing that any platform takes for a part of a path, a drive or a pattern. */
const SAFE_NAME = /^[^\u0000-\u001f\u007f/\\:*?"<>|]{1,200}$/;
/** The names of foreign files have upper and lower case. */
const RESERVED_DEVICE = new RegExp(String.raw`^${RESERVED_DEVICE_NAME}(?=$|\.)`, 'i');

/**
 * What is at a path below the root, with `/`; null for what has no place in a messages directory. This is the only gate that
 * names from an archive pass: whoever made it, nothing that passes lies outside of the root, or is no file of the layout.
 */
export function knownPath(path: string): KnownPath | null {
  const parts = path.split('/');
  if (!parts.every((part) => SAFE_NAME.test(part) && part !== '.' && part !== '..')) return null;
  const [top = '', ...rest] = parts;
  switch (top) {
    case 'layout.json':
      return rest.length === 0 ? { kind: 'layout', target: null, agent: null } : null;
    case 'inbox':
    case 'outbox':
      return inBox(path, rest);
    case 'locks':
      return inLocks(rest);
    case 'dlq':
      return inState(path, rest, 'dead', ['agent'], (name) => isDead(name));
    case 'processed':
      return inState(
        path,
        rest,
        'processed',
        ['agent', 'workflow', 'task'],
        (name) => parseLedger(name) !== null,
      );
    case 'journal':
      return inState(path, rest, 'journal', ['agent', 'message'], isJournalFile);
    case 'operations':
      return rest.length === 2 && isOperationId(rest[0] ?? '') && isOperationFile(rest[1] ?? '')
        ? { kind: 'operation', target: path, agent: null }
        : null;
    default:
      return null;
  }
}

/** The agent's segment in the path of a box's directory, `inbox/<agent>/`; null for other paths. */
export function boxInDirectory(
  path: string,
): { readonly kind: 'inbox' | 'outbox'; readonly agent: string } | null {
  const match = /^(inbox|outbox)\/([^/]+)\/$/.exec(path);
  const agent = match?.[2] ?? '';
  if (match === null || !isSegment(agent, 'agent')) return null;
  return { kind: match[1] === 'outbox' ? 'outbox' : 'inbox', agent };
}

function inBox(path: string, [agent = '', name = '', ...more]: readonly string[]): KnownPath | null {
  if (more.length > 0 || !isSegment(agent, 'agent')) return null;
  if (name === '.agent.json') return { kind: 'agent', target: path, agent };
  const isMessage = isForeignMessage(name) && !RESERVED_DEVICE.test(name);
  return isMessage ? { kind: 'ready', target: path, agent } : null;
}

function inLocks([top = '', ...rest]: readonly string[]): KnownPath | null {
  if (top === 'owners' || top === 'ended')
    return rest.length === 1 && (rest[0] ?? '').endsWith('.json')
      ? { kind: 'session', target: null, agent: null }
      : null;
  if (top === 'paused')
    return rest.length === 1 && (rest[0] ?? '').endsWith('.json')
      ? { kind: 'pause', target: null, agent: null }
      : null;
  if (top !== 'inbox' && top !== 'outbox') return null;
  const [agent = '', name = '', ...more] = rest;
  const leased = more.length > 0 || !isSegment(agent, 'agent') ? null : parseLeased(name);
  return leased === null
    ? null
    : { kind: 'leased', target: `${top}/${agent}/${formatReady(leased.name)}`, agent };
}

function inState(
  path: string,
  [box, ...rest]: readonly string[],
  kind: KnownPath['kind'],
  kinds: readonly SegmentKind[],
  isFile: (name: string) => boolean,
): KnownPath | null {
  if ((box !== 'inbox' && box !== 'outbox') || rest.length !== kinds.length + 1) return null;
  const isNested = kinds.every((segmentKind, index) => isSegment(rest[index] ?? '', segmentKind));
  return isNested && isFile(rest.at(-1) ?? '') ? { kind, target: path, agent: rest[0] ?? null } : null;
}

function isDead(name: string): boolean {
  return parseReady(name) !== null || parseReady(parseReason(name) ?? '') !== null;
}
