import { encodeSegment } from '../../../packages/queue/src/file-store/segment.ts';
import {
  formatDuplicate,
  formatLeased,
  formatLedger,
  formatReady,
  formatReason,
  newName,
} from '../../../packages/queue/src/file-store/names.ts';
import { HOSTILE_TEXTS } from './dictionary.ts';
import { drawnIds } from './structured.ts';

const encoder = new TextEncoder();

/** Names of every form of the layout, for ids drawn by this seed: what file names are mutated from. */
export function validNames(seed: number): Uint8Array[] {
  const ids = drawnIds(seed).map((bytes) => new TextDecoder().decode(bytes));
  return ids.flatMap(namesOf).map((name) => encoder.encode(name));
}

/** Segments that ids become, and ids that nobody sane would choose. */
export function validSegments(seed: number): Uint8Array[] {
  const ids = [...drawnIds(seed).map((bytes) => new TextDecoder().decode(bytes)), ...HOSTILE_TEXTS];
  const kinds = ['agent', 'message', 'type', 'workflow'] as const;
  return ids
    .filter((id) => id !== '')
    .flatMap((id, index) => [id, encodeSegment(id, kinds[index % kinds.length] ?? 'agent')])
    .map((text) => encoder.encode(text));
}

function namesOf(id: string, index: number): string[] {
  const name = {
    ...newName({
      id: encodeSegment(id, 'message'),
      type: encodeSegment(index % 3 === 0 ? 'status_update' : 'task_assignment', 'type'),
      createdAt_ms: 1_765_708_503_123 + index,
      priority: index % 2 === 0 ? 'high' : 'low',
    }),
    deliveries: (index * 37) % 1_000,
    failures: (index * 11) % 1_000,
    releases: (index * 7) % 1_000,
    run: index % 100,
    readyAt_ms: index % 2 === 0 ? 1_765_708_530_000 : null,
    expiresAt_ms: index % 5 === 0 ? 9_999_999_999_999 : null,
    nonce: 'a1b2c3', // Fixed, so that a seed means the same input everywhere.
  };
  const ready = formatReady(name);
  return [
    ready,
    formatLeased(name, '7h2k0m4s'),
    formatReason(ready),
    formatLedger(name.id, name.run),
    formatDuplicate(name.id).replace(/~[0-9a-v]{6}\.json$/, '~d1d2d3.json'),
    `g${index * 1_000_003}~free`,
    `g${index}~held~7h2k0m4s`,
    `failure~d${index}~a1b2c3.json`,
    `once~${encodeSegment(id, 'step')}.json`,
    `agent~${encodeSegment(id, 'agent')}.json`,
    '7h2k0m4s.json',
    '0197f3a0-1111-4222-8333-944445555666.tmp',
  ];
}
