import type { DeadLetter } from '@tapps-agents/queue';
import { age } from '../render/age.ts';
import { holderName, holderRole, holderState, silence_ms } from '../render/holder.ts';
import { join, safe } from '../render/safe-text.ts';
import type { SafeText } from '../render/safe-text.ts';
import type { Role, Style } from '../render/style.ts';
import { whyItDied } from '../render/why-it-died.ts';
import { fitted, fittedName, isNarrow, row } from './screen-text.ts';
import type { Screen } from './screen-text.ts';
import type { InHand } from './watcher.ts';
import type { WatchEvent } from './watch-event.ts';

/** A message in hand, and who holds it. */
export function handLine(one: InHand | undefined, now_ms: number, { columns, style }: Screen): SafeText {
  if (one === undefined) return safe``;
  const { entry, holder } = one;
  const isSilent = silence_ms(holder, now_ms) !== null;
  const beat = holder.beatAt_ms === null || isSilent ? '' : ` ${age(now_ms - holder.beatAt_ms)} ago`;
  const id = Math.max(12, Math.min(40, Math.floor(columns / 3)));
  const who = `${holderState(holder, now_ms)}${beat}, ${holderName(holder)}`;
  const role = holderRole(holder, now_ms);
  if (isNarrow(columns))
    return row([
      fittedName(entry, id),
      fitted(`#${entry.deliveries}`, 3, 'right'),
      style(role, fitted(who, Math.max(8, columns - id - 9))),
    ]);
  return row([
    fittedName(entry, id),
    fitted(`#${entry.deliveries}`, 4, 'right'),
    fitted(`${entry.box.kind}/${entry.box.agentId}`, Math.max(10, Math.min(24, Math.floor(columns / 5)))),
    style(
      role,
      fitted(who, Math.max(8, columns - id - 14 - Math.max(10, Math.min(24, Math.floor(columns / 5))))),
    ),
  ]);
}

/** A dead letter, and why it died. */
export function deadLine(one: DeadLetter | undefined, now_ms: number, { columns, style }: Screen): SafeText {
  if (one === undefined) return safe``;
  const { entry, reason } = one;
  const id = Math.max(12, Math.min(40, Math.floor(columns / 3)));
  const died = reason === null ? '-' : age(now_ms - Date.parse(reason.quarantined_at));
  if (isNarrow(columns))
    return row([
      fittedName(entry, id),
      style('bad', fitted(reason?.code ?? 'unknown', Math.max(8, columns - id - 13))),
      fitted(died, 7, 'right'),
    ]);
  return row([
    fittedName(entry, id),
    style('bad', fitted(reason?.code ?? 'unknown', 14)),
    fitted(died, 7, 'right'),
    fitted(whyItDied(one), Math.max(8, columns - id - 32)),
  ]);
}

const EVENT_ROLES: Readonly<Record<WatchEvent['event'], readonly [string, Role | null]>> = {
  taken: ['taken', null],
  let_go: ['let go', 'good'],
  died: ['died', 'bad'],
  left_dead: ['left dlq', null],
  arrived: ['arrived', null],
  paused: ['paused', 'warning'],
  resumed: ['resumed', 'good'],
};

const HOW_ROLES: Readonly<Record<NonNullable<WatchEvent['how']>, readonly [string, Role]>> = {
  finished: ['finished', 'good'],
  handed_back: ['handed back', 'warning'],
  replayed: ['brought back', 'good'],
};

/** What has just happened. */
export function eventLine(
  { event, how, at_ms, box, agentId, messageId, count }: WatchEvent,
  { columns, style }: Screen,
): SafeText {
  const [words, role] = how === null ? EVENT_ROLES[event] : HOW_ROLES[how];
  const where = box === null ? (agentId ?? 'everything') : `${box.kind}/${box.agentId}`;
  const what =
    event === 'arrived' ? `${count} in ${where}` : box === null ? where : `${messageId ?? '?'} in ${where}`;
  const time = new Date(at_ms).toISOString().slice(11, 19);
  if (isNarrow(columns)) {
    const said = styled(style, role, safe`${words}`);
    return safe`  ${style('dim', safe`${time}Z`)} ${said} ${fitted(what, Math.max(8, columns - 14 - words.length))}`;
  }
  return join(
    [
      safe`    ${style('dim', safe`${time}Z`)}`,
      styled(style, role, fitted(words, 12)),
      fitted(what, Math.max(8, columns - 30)),
    ],
    '  ',
  );
}

function styled(style: Style, role: Role | null, text: SafeText): SafeText {
  return role === null ? text : style(role, text);
}
