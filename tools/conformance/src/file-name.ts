import { segmentOf } from './segment.ts';

/*
 * File names by the grammar of docs/protocol.md, R23. Where a part is chosen by the program that is judged, the name has a
 * placeholder: {nonce}, {owner}, {time}, {unique}, {unidentified}, {stamp}; `place-pattern.ts` says what may stand there.
 */

/** What a header says; `nonce` is a placeholder unless it is given. */
export interface Header {
  readonly id?: string;
  readonly type?: string;
  readonly created_at?: string;
  readonly priority?: 0 | 1 | 2;
  readonly d?: number;
  readonly f?: number;
  readonly r?: number;
  readonly x?: number;
  readonly a?: number | '{time}';
  readonly e?: number;
  readonly nonce?: string;
}

/** When the messages of the cases were made, unless they say otherwise. */
export const CREATED_AT = '2026-01-09T12:30:15.123Z';

export function header(parts: Header): string {
  const { id = 'm-1', type = 'task_assignment', created_at = CREATED_AT, priority = 1 } = parts;
  const names = `${stampOf(created_at)}_${segmentOf(id, 'message')}_${segmentOf(type, 'type')}`;
  return `${names}~p${priority}${fieldsOf(parts)}~${parts.nonce ?? '{nonce}'}`;
}

/** `inbox/coder/<ready>`, or in another box or for another agent. */
export function ready(parts: Header, box = 'inbox/coder'): string {
  return `${box}/${header(parts)}.json`;
}

export function leased(parts: Header, owner = '{owner}', box = 'inbox/coder'): string {
  return `locks/${box}/${header(parts)}~${owner}.json`;
}

export function dead(parts: Header, box = 'inbox/coder'): string {
  return `dlq/${box}/${header(parts)}.json`;
}

export function reason(parts: Header, box = 'inbox/coder'): string {
  return `dlq/${box}/${header(parts)}.reason.json`;
}

/** A ledger entry; `rest` is what stands between the id and the ending, such as `~x1`. */
export function ledger(id = 'm-1', rest = '', box = 'inbox/coder', task = 'w-1/t-1'): string {
  return `processed/${box}/${task}/${segmentOf(id, 'message')}${rest}.json`;
}

function stampOf(created_at: string): string {
  if (created_at.startsWith('{')) return created_at;
  return new Date(created_at).toISOString().replaceAll(/[-:]/g, '').replace('.', '_');
}

function fieldsOf({ d = 0, f = 0, r = 0, x = 0, a, e }: Header): string {
  const counts = Object.entries({ d, f, r, x }).map(([key, value]) => (value === 0 ? '' : `.${key}${value}`));
  return `${counts.join('')}${a === undefined ? '' : `.a${a}`}${e === undefined ? '' : `.e${e}`}`;
}
