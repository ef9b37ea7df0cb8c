import type { Finding } from '../../diagnosis.ts';
import { TEMPORARY_MAX_AGE_MS } from '../../limits.ts';
import { isOperationFile, isOperationId } from '../operation-log.ts';
import {
  isForeignMessage,
  isJournalFile,
  parseLeased,
  parseLedger,
  parseReady,
  parseReason,
} from '../names.ts';
import { isSegment, type SegmentKind } from '../segment.ts';
import { isReasonText } from './adoption/dead-letters.ts';
import { isLedgerRecord } from './adoption/ledgers.ts';
import { isEarlierBox, isEarlierLock } from './adoption/messages.ts';
import type { Round } from './round.ts';
import { counted, Tally } from './tally.ts';
import { walk, type Walked } from './walk.ts';

/**
 * Whatever has no place here: no consumer will ever look at it. It is left where it is, also when mending: it may be somebody's
 * who is still at work on it.
 */
export async function checkForeign(round: Round): Promise<Finding[]> {
  const found = new Tally();
  const foreign = new Set<string>();
  // What is unfinished in tmp/ may be a whole directory, which is its writer's alone.
  const enters = ({ path, parts }: Walked): boolean =>
    !foreign.delete(path) && (parts[0] !== 'tmp' || parts.length === 1);
  for await (const walked of walk(round, enters)) {
    round.files += walked.kind === 'directory' ? 0 : 1;
    const isOurs = isExpected(walked) || (await mayBeUnderWay(round, walked));
    if (isOurs) continue;
    found.add(round.placeOf(walked.path), describe(walked));
    if (walked.kind === 'directory') foreign.add(walked.path); // It is named, and not entered.
  }
  return found.found({
    code: 'foreign_files',
    severity: 'warning',
    text: `${counted(found.count, 'name')} with no place here, which nobody will ever read. A message must be a regular file named *.json in a box. Move them elsewhere, or rename them.`,
    mendable: false,
  });
}

/** Programs write their files under hidden or temporary names before they rename them; nobody renames a README.txt. */
async function mayBeUnderWay(round: Round, { parts, path, kind }: Walked): Promise<boolean> {
  if (kind !== 'file' || !['inbox', 'outbox', 'tmp'].includes(parts[0] ?? '')) return false;
  if (parts[0] !== 'tmp' && DOCUMENT.test(parts.at(-1) ?? '')) return false;
  if (isInPlaceOfABox(parts) && !TEMPORARY.test(parts.at(-1) ?? '')) return false;
  const status = await round.status(path);
  return status === null || round.age_ms(status) <= TEMPORARY_MAX_AGE_MS;
}

/** A name that a person or a program means to stay: `README.txt`, `notes.md`. */
const DOCUMENT = /^[^.~#_][^~]*\.(?:txt|md|log|csv|ya?ml|toml|html?|pdf|py|sh|js|ts|zip|gz)$/i;

/** A name that a program gives to what it has not written to its end. */
const TEMPORARY = /^[.~#_]|[~#]$|\.(?:tmp|temp|part|swp)$/i;

/** Right below inbox/ or outbox/: messages are written a level deeper, and what is there keeps an agent from having its box. */
function isInPlaceOfABox(parts: readonly string[]): boolean {
  return parts.length === 2 && (parts[0] === 'inbox' || parts[0] === 'outbox');
}

function describe({ kind, parts }: Walked): string {
  if (kind === 'link') return 'a link: links are never followed';
  if (kind === 'other') return 'no regular file';
  if (kind === 'directory') return 'a directory that belongs to no agent or state';
  if (isInPlaceOfABox(parts)) return 'a file where only boxes are';
  return parts[0] === 'inbox' || parts[0] === 'outbox'
    ? 'not named like a message'
    : 'not a name of this place';
}

/** Whether this has the name and the kind of something of the queue's own, or of what it adopts. */
export function isExpected(walked: Walked): boolean {
  const [top = '', ...below] = walked.parts;
  if (isToBeAdopted(walked, below)) return true;
  switch (top) {
    case 'inbox':
    case 'outbox':
      return isBox(below, walked, (name) => name === '.agent.json' || isForeignMessage(name));
    case 'dlq':
      return isKind(below, walked, (rest) => isBox(rest, walked, (name) => isDead(name)));
    case 'processed':
      return isKind(below, walked, (rest) => isLedger(rest, walked));
    case 'journal':
      return isKind(below, walked, (rest) => isJournal(rest, walked));
    case 'operations':
      return isOperation(below, walked);
    case 'locks':
      return isLock(below, walked);
    case 'adopted':
      return true; // Whatever was kept of another writer's; nobody reads it.
    case 'tmp':
      return below.length === 0 || (below[0] ?? '').endsWith('.tmp');
    default:
      return below.length === 0 && walked.kind === 'file' && ['layout.json', '.gitignore'].includes(top);
  }
}

/** What the checks that adopt speak about. */
function isToBeAdopted({ kind, parts }: Walked, [name = '', fileName]: readonly string[]): boolean {
  const isMessage =
    fileName === undefined ? kind === 'directory' : kind === 'file' && isForeignMessage(fileName);
  switch (parts[0]) {
    case 'inbox':
    case 'outbox':
      return parts.length <= 3 && isMessage && isEarlierBox(name);
    case 'locks':
      return parts.length <= 3 && isMessage && parts.length > 1 && isEarlierLock(name);
    case 'dlq':
      return parts.length === 2 && kind === 'file' && (isReasonText(name) || isForeignMessage(name));
    case 'processed':
      return parts.length === 2 && kind === 'file' && isLedgerRecord(name);
    default:
      return false;
  }
}

function isKind(
  parts: readonly string[],
  walked: Walked,
  within: (rest: readonly string[]) => boolean,
): boolean {
  const [kind, ...rest] = parts;
  if (kind === undefined) return walked.kind === 'directory';
  if (kind !== 'inbox' && kind !== 'outbox') return false;
  return rest.length === 0 ? walked.kind === 'directory' : within(rest);
}

/** `<agent>/<file>`, or a part of it. */
function isBox(parts: readonly string[], walked: Walked, isFile: (name: string) => boolean): boolean {
  if (parts.length === 0) return walked.kind === 'directory';
  return isNested(parts, walked, ['agent'], isFile);
}

function isLedger(parts: readonly string[], walked: Walked): boolean {
  return isNested(parts, walked, ['agent', 'workflow', 'task'], (name) => parseLedger(name) !== null);
}

function isJournal(parts: readonly string[], walked: Walked): boolean {
  return isNested(parts, walked, ['agent', 'message'], isJournalFile);
}

function isOperation(parts: readonly string[], walked: Walked): boolean {
  if (parts.length === 0) return walked.kind === 'directory';
  if (!isOperationId(parts[0] ?? '')) return false;
  if (parts.length === 1) return walked.kind === 'directory';
  return parts.length === 2 && walked.kind === 'file' && isOperationFile(parts[1] ?? '');
}

/** Directories named by these ids, one in the other, and files in the innermost. */
function isNested(
  parts: readonly string[],
  walked: Walked,
  kinds: readonly SegmentKind[],
  isFile: (name: string) => boolean,
): boolean {
  const name = parts.at(-1) ?? '';
  if (parts.length === kinds.length + 1) return walked.kind === 'file' && isFile(name);
  const kind = kinds[parts.length - 1];
  if (kind === undefined || walked.kind !== 'directory') return false;
  return isSegment(name, kind);
}

function isDead(name: string): boolean {
  return parseReady(name) !== null || parseReady(parseReason(name) ?? '') !== null;
}

function isLock([top, ...below]: readonly string[], walked: Walked): boolean {
  if (top === undefined) return walked.kind === 'directory';
  if (top === 'inbox' || top === 'outbox') return isBox(below, walked, (name) => parseLeased(name) !== null);
  const form = LOCKS[top];
  if (form === undefined) return false;
  if (top === 'mutexes' && below.length < 2) return walked.kind === 'directory';
  if (below.length === 0) return walked.kind === 'directory';
  return walked.kind === 'file' && form.test(below.join('/'));
}

const LOCKS: Readonly<Record<string, RegExp>> = {
  owners: /^[0-9a-v]{8}\.(?:json|alive)$/,
  ended: /^[0-9a-v]{8}~[^/]+\.json$/,
  paused: /^(?:all|agent~[^/]+)\.json$/,
  mutexes: /^[^/]+\/g\d+~(?:free|held~[0-9a-v]{8})$/,
};
