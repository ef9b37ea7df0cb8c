import type { Entry } from '@tapps-agents/queue';
import { age } from '../render/age.ts';
import { safe } from '../render/safe-text.ts';
import type { SafeText } from '../render/safe-text.ts';
import type { Role } from '../render/style.ts';
import type { BoxMessages } from './box-messages.ts';
import { fitted, fittedName, isNarrow, row } from './screen-text.ts';
import type { Screen } from './screen-text.ts';

const ROLES: Readonly<Record<Entry['state'], Role>> = {
  ready: 'command',
  leased: 'good',
  dead: 'bad',
  processed: 'dim',
};

/** The messages of a box, a line each around the chosen one, below a heading; in so many rows. */
export function boxLines(
  { box, entries, total }: BoxMessages,
  chosen: number,
  now_ms: number,
  { screen, rows }: { readonly screen: Screen; readonly rows: number },
): readonly SafeText[] {
  const { style } = screen;
  const shown = entries.length < total ? `the first ${entries.length} of ${total}` : `${total}`;
  const heading = style('command', safe`  ${box.kind.toUpperCase()}/${box.agentId}  ${shown}`);
  if (entries.length === 0) return [heading, safe`    -`];
  const room = Math.max(1, rows - 1);
  const from = Math.max(0, Math.min(chosen - Math.floor(room / 2), entries.length - room));
  return [
    heading,
    ...entries
      .slice(from, from + room)
      .map(
        (entry, index) => safe`${from + index === chosen ? '›' : ' '} ${messageLine(entry, now_ms, screen)}`,
      ),
  ];
}

function messageLine(entry: Entry, now_ms: number, { columns, style }: Screen): SafeText {
  const id = Math.max(12, Math.min(40, Math.floor(columns / 3)));
  const isDelayed = entry.state === 'ready' && entry.readyAt_ms !== null && entry.readyAt_ms > now_ms;
  const state = isDelayed ? `in ${age((entry.readyAt_ms ?? 0) - now_ms)}` : entry.state;
  const created = entry.createdAt_ms === 0 ? '-' : age(Math.max(0, now_ms - entry.createdAt_ms));
  if (isNarrow(columns))
    return row([
      fittedName(entry, id),
      style(isDelayed ? 'warning' : ROLES[entry.state], fitted(state, Math.max(8, columns - id - 18))),
      fitted(created, 6, 'right'),
      fitted(entry.deliveries === 0 ? '' : `#${entry.deliveries}`, 4, 'right'),
    ]);
  return row([
    fittedName(entry, id),
    style(isDelayed ? 'warning' : ROLES[entry.state], fitted(state, 10)),
    fitted(entry.priority, 6),
    fitted(created, 7, 'right'),
    fitted(entry.deliveries === 0 ? '' : `#${entry.deliveries}`, 4, 'right'),
    fitted(entry.messageType, Math.max(8, columns - id - 41)),
  ]);
}
