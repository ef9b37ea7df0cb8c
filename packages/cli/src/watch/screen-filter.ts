import type { BoxSummary, Entry, Inspection } from '@tapps-agents/queue';
import { adviceOnBox, needsAttention } from '../render/advice.ts';
import type { Look } from './watcher.ts';

/** Shows only boxes in which something is wrong, whatever their names. */
export const TROUBLE = '!';

/** Nobody types more of a name. */
export const MOST_FILTER_CHARACTERS = 100;

/** What of a look a filter lets through: boxes and messages in whose names, ids or types its letters are, large or small. */
export function filteredLook(look: Look, filter: string, now_ms: number): Look {
  if (filter === '') return look;
  const { inspection, inHand, dead } = look;
  return {
    ...look,
    inspection: {
      ...inspection,
      boxes: inspection.boxes.filter((box) => lets(box, inspection, filter, now_ms)),
    },
    inHand: inHand.filter(({ entry }) => letsMessage(entry, filter)),
    dead: dead.filter(({ entry }) => letsMessage(entry, filter)),
  };
}

/** Whether a filter lets a message through. Boxes that are asked for by what is wrong in them say nothing of messages. */
export function letsMessage({ box, messageId, entryId, messageType }: Entry, filter: string): boolean {
  if (filter === '' || filter === TROUBLE) return true;
  return [nameOf(box), messageId ?? entryId, messageType].some((text) => has(text, filter));
}

function lets(summary: BoxSummary, { pauses }: Inspection, filter: string, now_ms: number): boolean {
  return filter === TROUBLE
    ? needsAttention(summary, adviceOnBox(summary, pauses, '', now_ms))
    : has(nameOf(summary.box), filter);
}

function has(text: string, filter: string): boolean {
  return text.toLowerCase().includes(filter.toLowerCase());
}

function nameOf({ kind, agentId }: Entry['box']): string {
  return `${kind}/${agentId}`;
}
