import type { SimulatedDisk } from './simulated-disk.ts';

/** Where in its life a file of the messages directory is, by where it lies and what it is called. */
export type FileState =
  | 'ready'
  | 'leased'
  | 'dead'
  | 'reason'
  | 'processed'
  | 'duplicate'
  | 'outside'
  | 'temporary'
  | 'other';

/** One file of a messages directory. */
export interface SurveyedFile {
  readonly path: string;
  readonly state: FileState;
  readonly box: 'inbox' | 'outbox' | null;
  /** The encoded agent. */
  readonly agent: string;
  readonly text: string;
  /** The content as JSON; undefined where it is none. */
  readonly value: Readonly<Record<string, unknown>> | undefined;
  /** The message's id, by its content, else by its name; null where neither tells. */
  readonly id: string | null;
}

const ownName = /^\d{8}T\d{6}_\d{3}Z_([a-z0-9.%-]+)_/;
const cache = new WeakMap<Uint8Array, Pick<SurveyedFile, 'text' | 'value'>>();

/** Everything in a messages directory, as it is at this moment. */
export function survey(disk: SimulatedDisk, root: string): SurveyedFile[] {
  const found: SurveyedFile[] = [];
  for (const { path, inode } of disk.files(root)) {
    if (inode.kind !== 'file') continue;
    const parts = path.slice(root.length + 1).split('/');
    const name = parts.at(-1) ?? '';
    const { text, value } = contentOf(inode.data);
    const box = parts[1] === 'inbox' || parts[1] === 'outbox' ? parts[1] : boxAt(parts[0]);
    const agent = (boxAt(parts[0]) === null ? parts[2] : parts[1]) ?? '';
    const state = stateOf(parts, name);
    const id = typeof value?.['message_id'] === 'string' ? value['message_id'] : idIn(state, name);
    found.push({ path, state, box, agent, text, value, id });
  }
  return found;
}

function boxAt(part: string | undefined): 'inbox' | 'outbox' | null {
  return part === 'inbox' || part === 'outbox' ? part : null;
}

function stateOf(parts: readonly string[], name: string): FileState {
  const isMessage = name.endsWith('.json') && !name.startsWith('.');
  switch (parts[0]) {
    case 'inbox':
    case 'outbox':
      if (!isMessage) return 'other';
      return ownName.test(name) ? 'ready' : 'outside';
    case 'locks':
      return parts.length === 4 && ownName.test(name) ? 'leased' : 'other';
    case 'dlq':
      return name.endsWith('.reason.json') ? 'reason' : 'dead';
    case 'processed':
      return name.includes('~dup~') ? 'duplicate' : 'processed';
    case 'tmp':
      return 'temporary';
    default:
      return 'other';
  }
}

function idIn(state: FileState, name: string): string | null {
  if (state === 'processed' || state === 'duplicate')
    return /^([^~]+?)(?:~.*)?\.json$/.exec(name)?.[1] ?? null;
  return idInName(name);
}

/** The id in the name of a message that is on its way; null in any other name. */
export function idInName(name: string): string | null {
  return ownName.exec(name)?.[1] ?? null;
}

function contentOf(data: Uint8Array): Pick<SurveyedFile, 'text' | 'value'> {
  let content = cache.get(data);
  if (content === undefined) {
    const text = new TextDecoder().decode(data);
    content = { text, value: valueOf(text) };
    cache.set(data, content);
  }
  return content;
}

function valueOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
