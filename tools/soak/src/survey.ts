import { opendirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from './digest.ts';

/** Where a file is in the life of a message; `other` is what has no place in a messages directory. */
export type Place =
  | 'ready'
  | 'leased'
  | 'processed'
  | 'duplicate'
  | 'dead'
  | 'reason'
  | 'journal'
  | 'temporary'
  | 'owner'
  /** An owner's record that is no whole record: its process was killed while it wrote it, before it claimed anything. */
  | 'cut owner'
  | 'ended'
  | 'token'
  | 'own'
  | 'other';

/** One file below the root. */
export interface SurveyedFile {
  /** With `/`, below the root. */
  readonly path: string;
  readonly place: Place;
  readonly box: 'inbox' | 'outbox' | null;
  /** For messages: what their content says; null where it says nothing. */
  readonly id: string | null;
  readonly cause: string | null;
  readonly digest: string;
}

const NO_CONTENT = { id: null, cause: null, digest: '' };
const MESSAGES: ReadonlySet<Place> = new Set(['ready', 'leased', 'processed', 'duplicate', 'dead']);
/** What the layout has, written down a second time on purpose: the queue's own code is what is examined here. */
const PLACES: readonly (readonly [RegExp, Place])[] = [
  [/^(?:layout\.json|\.gitignore)$/, 'own'],
  [/^(?:inbox|outbox)\/[^/]+\/[^./][^/]*\.json$/, 'ready'],
  [/^locks\/(?:inbox|outbox)\/[^/]+\/[^/]+\.json$/, 'leased'],
  [/^locks\/owners\/[0-9a-v]{8}\.json$/, 'owner'],
  [/^locks\/ended\/[^/]+\.json$/, 'ended'],
  [/^locks\/mutexes\/[^/]+\/g\d+~[^/]+$/, 'token'],
  [/^dlq\/(?:inbox|outbox)\/[^/]+\/[^/]+\.reason\.json$/, 'reason'],
  [/^dlq\/(?:inbox|outbox)\/[^/]+\/[^/]+\.json$/, 'dead'],
  [/^processed\/(?:inbox|outbox)(?:\/[^/]+){3}\/[^/~]+\.json$/, 'processed'],
  [/^processed\/(?:inbox|outbox)(?:\/[^/]+){3}\/[^/~]+~dup~[0-9a-v]{6}\.json$/, 'duplicate'],
  [
    /^journal\/(?:inbox|outbox)(?:\/[^/]+){2}\/(?:failure|released|once|replayed|superseded)~[^/]+\.json$/,
    'journal',
  ],
  [/^operations\/[^/]+\/(?:record\.json|set~\d+\.ndjson)$/, 'own'],
  [/^tmp\/[^/]+\.tmp(?:\/.*)?$/, 'temporary'],
];

/** Every file below the root; to be taken when nobody is at work. */
export function survey(root: string): SurveyedFile[] {
  return [...filesBelow(root, '')].map((path) => {
    const place = placeOf(root, path);
    const box = /(?:^|\/)(inbox|outbox)\//.exec(path)?.[1];
    return {
      path,
      place,
      box: box === 'inbox' || box === 'outbox' ? box : null,
      ...(MESSAGES.has(place) ? contentOf(join(root, path)) : NO_CONTENT),
    };
  });
}

function placeOf(root: string, path: string): Place {
  const place = PLACES.find(([form]) => form.test(path))?.[1] ?? 'other';
  return place === 'owner' && !readFileSync(join(root, path), 'utf8').endsWith('}\n') ? 'cut owner' : place;
}

/** How many messages wait or are in hand. A look at moving directories: zero must be seen several times to mean anything. */
export function countUnfinished(root: string): number {
  let count = 0;
  for (const directory of ['inbox', 'outbox', 'locks/inbox', 'locks/outbox']) {
    for (const path of filesBelow(root, directory)) if (path.endsWith('.json')) count += 1;
  }
  return count;
}

/** The process ids of the sessions that others have ended, by owner. */
export function ownersEnded(root: string): Map<string, number> {
  const pids = new Map<string, number>();
  for (const path of filesBelow(root, 'locks/ended')) {
    const text = readFileSync(join(root, path), 'utf8');
    if (!text.endsWith('}\n')) continue; // Cut short by a kill: it never held anything.
    const { owner, pid } = JSON.parse(text) as { owner: string; pid: number };
    pids.set(owner, pid);
  }
  return pids;
}

function* filesBelow(root: string, below: string): Generator<string> {
  let directory;
  try {
    directory = opendirSync(join(root, below));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
  try {
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) yield* filesBelow(root, path);
      else yield path;
    }
  } finally {
    directory.closeSync();
  }
}

function contentOf(path: string): Pick<SurveyedFile, 'id' | 'cause' | 'digest'> {
  const bytes = readFileSync(path);
  const digest = digestOf(bytes);
  try {
    const message = JSON.parse(bytes.toString('utf8')) as {
      message_id: string;
      metadata: { causation_id?: string };
    };
    return { id: message.message_id, cause: message.metadata.causation_id ?? null, digest };
  } catch {
    return { id: null, cause: null, digest };
  }
}
