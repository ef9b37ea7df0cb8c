import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a file of the messages directory is, by where it lies and what it is called: docs/protocol.md, R2. */
export type FileKind =
  | 'ready'
  | 'leased'
  | 'dead'
  | 'processed'
  | 'duplicate'
  | 'reason'
  | 'journal'
  | 'operation'
  | 'owner'
  | 'ended'
  | 'pause'
  | 'token'
  | 'agent'
  | 'layout'
  | 'gitignore'
  | 'temporary'
  | 'earlier'
  | 'remembered'
  | 'kept'
  | 'stray';

/** One file, as it lies there now. */
export interface SurveyedFile {
  /** Below the root, with `/`. */
  readonly path: string;
  readonly kind: FileKind;
  readonly text: string;
  /** The content as JSON; undefined where it is none. */
  readonly value: Readonly<Record<string, unknown>> | undefined;
  /** `inbox/coder`: of messages alone. */
  readonly box: string;
  /** By the content, else by the name; of messages alone. */
  readonly id: string;
  readonly run: number;
  readonly deliveries: number;
  readonly failures: number;
  readonly releases: number;
  /** Of a lease or a held token. */
  readonly owner: string | null;
}

/** A message in one of its four states. */
export const MESSAGE_KINDS: ReadonlySet<FileKind> = new Set([
  'ready',
  'leased',
  'dead',
  'processed',
  'duplicate',
  'earlier',
]);

const NAME = String.raw`\d{8}T\d{6}_\d{3}Z_(?<id>[a-z0-9.%-]+)_[a-z0-9._%-]+~p[012](?<fields>(?:\.[a-z]\d+)*)~[0-9a-v]{6}`;
const BOX = String.raw`(?<box>(?:inbox|outbox)\/[^/]+)`;

/** Read after docs/protocol.md, and not by the code under test. The first that matches. */
const FORMS: readonly (readonly [FileKind, RegExp])[] = [
  ['layout', /^layout\.json$/],
  ['gitignore', /^\.gitignore$/],
  ['agent', /^(?:inbox|outbox)\/[^/]+\/\.agent\.json$/],
  ['ready', new RegExp(`^${BOX}/${NAME}\\.json$`)],
  // An outside writer may choose any name.
  ['ready', new RegExp(`^${BOX}/(?!\\.)(?!.*\\.tmp)[^/~]+\\.json$`)],
  ['leased', new RegExp(`^locks/${BOX}/${NAME}~(?<owner>[0-9a-v]{8})\\.json$`)],
  ['owner', /^locks\/owners\/(?<owner>[0-9a-v]{8})\.json$/],
  ['ended', /^locks\/ended\/[0-9a-v]{8}~[0-9a-f-]{36}\.json$/],
  ['pause', /^locks\/paused\/(?:all|agent~[^/]+)\.json$/],
  ['token', /^locks\/mutexes\/[^/]+\/g\d+~(?:free|held~(?<owner>[0-9a-v]{8}))$/],
  ['reason', new RegExp(`^dlq/${BOX}/${NAME}\\.reason\\.json$`)],
  ['dead', new RegExp(`^dlq/${BOX}/${NAME}\\.json$`)],
  ['duplicate', new RegExp(`^processed/${BOX}/[^/]+/[^/]+/(?<id>[^/~]+)~dup~[0-9a-v]{6}\\.json$`)],
  // Of a message of which an earlier writer's record said only the id (R41).
  ['remembered', /^processed\/(?:inbox|outbox)\/[^/]+\/any%h\/any%h\/[^/~]+\.json$/],
  ['processed', new RegExp(`^processed/${BOX}/[^/]+/[^/]+/(?<id>[^/~]+)(?:~x(?<run>\\d+))?\\.json$`)],
  [
    'journal',
    new RegExp(`^journal/${BOX}/[^/]+/(?:(?:failure|released)~d\\d+|once|replayed|superseded)~[^/]+\\.json$`),
  ],
  ['operation', /^operations\/[^/]+\/(?:record\.json|set~\d+\.ndjson)$/],
  // What the Python writer left: its messages, what it wrote about them, and both once that is adopted.
  ['earlier', /^(?:dlq|locks\/(?!inbox|outbox|owners|ended|paused|mutexes)[^/]+)\/[^/]+\.json$/],
  [
    'kept',
    /^(?:dlq\/[^/]+\.reason\.txt|processed\/[^/]+\.jsonl|adopted\/\d{8}T\d{6}_\d{3}Z~[0-9a-v]{6}\/.+)$/,
  ],
  ['temporary', /^tmp\/(?:doctor-)?[0-9a-f-]{36}\.tmp(?:\/g0~free)?$/],
];

/** Every file below the root, as it is now; a directory left over in `tmp/` counts as one. */
export function survey(root: string): SurveyedFile[] {
  const found: SurveyedFile[] = [];
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const full = join(entry.parentPath, entry.name);
    const path = full.slice(root.length + 1);
    if (entry.isDirectory()) {
      if (path.startsWith('tmp/')) found.push(fileOf(path, ''));
    } else found.push(fileOf(path, readFileSync(full, 'utf8')));
  }
  return found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function fileOf(path: string, text: string): SurveyedFile {
  const value = valueOf(text);
  for (const [kind, form] of FORMS) {
    const match = form.exec(path);
    if (match === null) continue;
    const groups = match.groups ?? {};
    const counter = (letter: string): number =>
      Number(new RegExp(`\\.${letter}(\\d+)`).exec(groups['fields'] ?? '')?.[1] ?? 0);
    return {
      path,
      kind,
      text,
      value,
      box: groups['box'] ?? '',
      id: typeof value?.['message_id'] === 'string' ? value['message_id'] : (groups['id'] ?? ''),
      run: groups['run'] === undefined ? counter('x') : Number(groups['run']),
      deliveries: counter('d'),
      failures: counter('f'),
      releases: counter('r'),
      owner: groups['owner'] ?? null,
    };
  }
  const none = { run: 0, deliveries: 0, failures: 0, releases: 0, owner: null };
  return { path, kind: 'stray', text, value, box: '', id: '', ...none };
}

function valueOf(text: string): SurveyedFile['value'] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
