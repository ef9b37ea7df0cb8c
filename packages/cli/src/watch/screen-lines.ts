import type { DeadLetter } from '@tapps-agents/queue';
import { age } from '../render/age.ts';
import { counted } from '../render/counted.ts';
import { holderName, holderRole, holderState, silence_ms } from '../render/holder.ts';
import { join, linesOf, safe } from '../render/safe-text.ts';
import type { SafeText } from '../render/safe-text.ts';
import type { Role, Style } from '../render/style.ts';
import { fitted, fittedName, isNarrow, row, sparkline } from './screen-text.ts';
import type { Screen } from './screen-text.ts';
import { boxLines } from './box-lines.ts';
import { boxLine, boxTitles, PAUSED_MARK } from './box-table.ts';
import { shownPart, windowAround } from './list-window.ts';
import type { ListWindow } from './list-window.ts';
import { lengthOf } from './screen-state.ts';
import type { ScreenState, Section } from './screen-state.ts';
import type { InHand } from './watcher.ts';
import type { WatchEvent } from './watch-event.ts';
import { whyItDied } from '../render/why-it-died.ts';
import { wrapped } from '../render/wrapped.ts';

const KEYS = '↑↓ move  tab section  enter open  / find  p pause  r replay  ? help  q quit';

const NARROW_KEYS = '↑↓ tab enter / p r  ? help  q quit';

const HELP: readonly (readonly [string, string])[] = [
  ['↑ ↓ or k j', 'choose a line; 1-5 of 8 ↓: more below'],
  ['PgUp PgDn', 'ten lines; Home End, g G: either end'],
  ['/', 'only what has these letters; esc: all;'],
  ['', '/! only boxes with trouble'],
  ['tab', 'the next section: boxes, in hand, dead letters'],
  ['enter', 'open the chosen box: its first messages; or the chosen message:'],
  ['', 'content, why it died, history; esc closes it'],
  ['p', 'pause the chosen agent, or resume it'],
  ['r', 'replay the dead letter, or all of the chosen box; asks first'],
  ['space', 'hold the screen still, or let it go on'],
  ['?', 'this help'],
  ['q', 'quit (Ctrl-C quits too, with exit code 130)'],
  [PAUSED_MARK, 'beside an agent: it is paused'],
];

/** The screen, line by line, never more than it has rows. */
export function screenLines(state: ScreenState, screen: Screen): readonly SafeText[] {
  const body = screen.rows - 3;
  const { overlay } = state;
  const middle =
    overlay?.kind === 'help'
      ? helpLines(screen)
      : overlay?.kind === 'message'
        ? overlay.lines.slice(overlay.top, overlay.top + body)
        : overlay?.kind === 'box'
          ? boxLines(overlay.messages, overlay.chosen, state.now_ms, { screen, rows: body })
          : overview(state, screen, body);
  const filled = [...middle.slice(0, body), ...Array.from({ length: body }, () => safe``)].slice(0, body);
  return [header(state, screen), safe``, ...filled, footer(state, screen)].slice(0, screen.rows);
}

function header({ look, isHeld, now_ms, rates }: ScreenState, { columns, style, root }: Screen): SafeText {
  const time = new Date(now_ms).toISOString().slice(11, 19);
  const done = rates.at(-1) ?? 0;
  const atLeast = look?.inspection.isFinishedComplete === false ? '>=' : '';
  const line = isNarrow(columns) ? '' : `${sparkline(rates.slice(-20))} `;
  const rate = look === null ? '' : `${line}${atLeast}${done} done/min`;
  const right = `${rate}  ${isHeld ? 'held' : 'live'}  ${time}Z`;
  const left = fitted(`tapps-mq watch  ${root}`, Math.max(8, columns - right.length - 2));
  return safe`${style('heading', left)}  ${style(isHeld ? 'warning' : 'dim', safe`${right}`)}`;
}

function footer(state: ScreenState, { columns, style }: Screen): SafeText {
  const { overlay, notice, filter } = state;
  if (overlay?.kind === 'filter')
    return style('command', fitted(`/${filter}▏  ${found(state)}  enter keep  esc give up`, columns - 1));
  if (overlay?.kind === 'question') return style('warning', question(overlay.text, columns - 1));
  if (overlay?.kind === 'message') return style('dim', fitted('↑↓ scroll  esc close  q quit', columns - 1));
  if (overlay?.kind === 'box' && notice === null)
    return style('dim', fitted('↑↓ choose  enter open  esc close  q quit', columns - 1));
  if (overlay?.kind === 'help') return style('dim', fitted('esc close  q quit', columns - 1));
  if (notice !== null) return style(notice.isBad ? 'bad' : 'good', fitted(notice.text, columns - 1));
  if (filter !== '')
    return style(
      'warning',
      fitted(`/${filter}  ${found(state)}  / change  esc show all  q quit`, columns - 1),
    );
  return style('dim', fitted(isNarrow(columns) ? NARROW_KEYS : KEYS, columns - 1));
}

/** How much of everything the filter lets through. */
function found({ look, whole }: ScreenState): string {
  return `${lengthOf(look, 'boxes')} of ${counted(lengthOf(whole, 'boxes'), 'box', 'boxes')}`;
}

const ANSWERS = '  y yes  n no';

/** However long the name in it is, the answers stay. */
function question(text: string, columns: number): SafeText {
  const asked = String(fitted(text, Math.max(0, columns - ANSWERS.length))).trimEnd();
  return fitted(`${asked}${ANSWERS}`, columns);
}

function helpLines({ columns, style }: Screen): readonly SafeText[] {
  if (!isNarrow(columns))
    return HELP.map(([key, text]) => safe`  ${style('command', fitted(key, 12))}  ${text}`);
  const help: [key: string, text: string][] = [];
  for (const [key, text] of HELP) {
    const before = help.at(-1);
    if (key === '' && before !== undefined) before[1] += ` ${text}`;
    else help.push([key, text]);
  }
  return help.flatMap(([key, text]) =>
    linesOf(wrapped(safe`  ${style('command', safe`${key}`)}  ${text}`, columns, 4)),
  );
}

/** The sections share the rows: each gets what it needs, the longest give way first. */
function overview(state: ScreenState, screen: Screen, rows: number): readonly SafeText[] {
  const { look } = state;
  if (look === null) return [safe`  Looking …`];
  const needs = [
    lengthOf(look, 'boxes'),
    lengthOf(look, 'in hand'),
    lengthOf(look, 'dead letters'),
    state.events.length,
  ];
  // A heading for each, and a blank line between them.
  const [boxes = 0, inHand = 0, dead = 0, events = 0] = shares(needs, rows - needs.length * 2 + 1);
  const gap = safe``;
  return [
    boxTitles(screen, state.section === 'boxes', shownPart(windowOf(state, 'boxes', boxes))),
    ...section(state, 'boxes', boxes, (index) => boxLine(look, index, screen)),
    gap,
    heading('in hand', { rows: inHand, total: look.inHand.length }, state, screen),
    ...section(state, 'in hand', inHand, (index) => handLine(look.inHand[index], state.now_ms, screen)),
    gap,
    heading('dead letters', { rows: dead, total: deadIn(state) }, state, screen),
    ...section(state, 'dead letters', dead, (index) => deadLine(look.dead[index], state.now_ms, screen)),
    gap,
    screen.style('heading', safe`  EVENTS`),
    ...state.events
      .slice(-Math.max(1, events))
      .toReversed()
      .map((one) => eventLine(one, screen)),
  ];
}

/** All that are, or where some are filtered out, how many of those that are shown are left. */
function deadIn({ look, filter }: ScreenState): number {
  if (filter !== '') return lengthOf(look, 'dead letters');
  return look?.inspection.boxes.reduce((sum, box) => sum + box.dead, 0) ?? 0;
}

/** Rows for each, at least one, so that together they are no more than there are. */
function shares(needs: readonly number[], rows: number): readonly number[] {
  const given = needs.map((need) => Math.max(1, need));
  while (given.reduce((sum, one) => sum + one, 0) > rows) {
    const largest = given.indexOf(Math.max(...given));
    if ((given[largest] ?? 1) <= 1) break;
    given[largest] = (given[largest] ?? 1) - 1;
  }
  return given;
}

function windowOf({ look, chosen }: ScreenState, name: Section, rows: number): ListWindow {
  return windowAround(chosen[name], lengthOf(look, name), rows);
}

/** The lines of a section around the chosen one. */
function section(
  state: ScreenState,
  name: Section,
  rows: number,
  line: (index: number) => SafeText,
): readonly SafeText[] {
  const { section: active, chosen } = state;
  const { from, to, length } = windowOf(state, name, rows);
  if (length === 0) return [safe`${active === name ? '›' : ' '}   -`];
  return Array.from({ length: to - from }, (_, index) => {
    const isChosen = active === name && from + index === chosen[name];
    return safe`${isChosen ? '›' : ' '} ${line(from + index)}`;
  });
}

function heading(
  name: Section,
  { rows, total }: { readonly rows: number; readonly total: number },
  state: ScreenState,
  { style }: Screen,
): SafeText {
  const part = shownPart(windowOf(state, name, rows), total);
  const text = safe`  ${name.toUpperCase()}  ${part ?? String(total)}`;
  return style(state.section === name ? 'command' : 'heading', text);
}

function handLine(one: InHand | undefined, now_ms: number, { columns, style }: Screen): SafeText {
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

function deadLine(one: DeadLetter | undefined, now_ms: number, { columns, style }: Screen): SafeText {
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
  left_dead: ['brought back', 'good'],
  arrived: ['arrived', null],
  paused: ['paused', 'warning'],
  resumed: ['resumed', 'good'],
};

const LET_GO: Readonly<Record<NonNullable<WatchEvent['how']>, readonly [string, Role]>> = {
  finished: ['finished', 'good'],
  handed_back: ['handed back', 'warning'],
};

function eventLine(
  { event, how, at_ms, box, agentId, messageId, count }: WatchEvent,
  { columns, style }: Screen,
): SafeText {
  const [words, role] = how === null ? EVENT_ROLES[event] : LET_GO[how];
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
