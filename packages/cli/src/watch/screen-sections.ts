import { safe } from '../render/safe-text.ts';
import type { SafeText } from '../render/safe-text.ts';
import { boxLine, boxTitles } from './box-table.ts';
import { deadLine, eventLine, handLine } from './section-lines.ts';
import { shownPart, windowAround } from './list-window.ts';
import type { ListWindow } from './list-window.ts';
import { divided } from './screen-rows.ts';
import type { Rows } from './screen-rows.ts';
import type { Screen } from './screen-text.ts';
import { lengthOf } from './screen-state.ts';
import type { ScreenState, Section } from './screen-state.ts';
import type { Look } from './watcher.ts';

/** The sections, one below the other, in so many rows: see {@link divided}. */
export function overview(state: ScreenState, screen: Screen, rows: number): readonly SafeText[] {
  const { look, section: active } = state;
  if (look === null) return [safe`  Looking …`];
  const { hasGaps, parts } = divided(
    [
      ...SECTIONS.map((name) => ({ need: lengthOf(look, name), isActive: active === name })),
      { need: state.events.length, isActive: false },
    ],
    rows,
  );
  const shown: (readonly SafeText[])[] = [];
  for (const [index, part] of parts.entries())
    if (part !== null) shown.push(linesOf(SECTIONS[index] ?? null, part, state, look, screen));
  return hasGaps ? shown.flatMap((lines, index) => (index === 0 ? lines : [safe``, ...lines])) : shown.flat();
}

const SECTIONS: readonly Section[] = ['boxes', 'in hand', 'dead letters'];

/** A section with its heading, or, for null, what has just happened. */
function linesOf(
  name: Section | null,
  { hasHeading, lines }: Rows,
  state: ScreenState,
  look: Look,
  screen: Screen,
): readonly SafeText[] {
  if (name === null)
    return [
      screen.style('heading', safe`  EVENTS`),
      ...(lines === 0 ? [] : state.events.slice(-lines).toReversed()).map((one) => eventLine(one, screen)),
    ];
  const line = (index: number): SafeText => {
    if (name === 'boxes') return boxLine(look, index, screen);
    if (name === 'in hand') return handLine(look.inHand[index], state.now_ms, screen);
    return deadLine(look.dead[index], state.now_ms, screen);
  };
  return [
    ...(hasHeading ? [titleOf(name, lines, state, look, screen)] : []),
    ...(lines === 0 ? [] : section(state, name, lines, line)),
  ];
}

function titleOf(name: Section, rows: number, state: ScreenState, look: Look, screen: Screen): SafeText {
  if (name === 'boxes')
    return boxTitles(screen, state.section === 'boxes', shownPart(windowOf(state, 'boxes', rows)));
  return heading(
    name,
    { rows, total: name === 'in hand' ? look.inHand.length : deadIn(state) },
    state,
    screen,
  );
}

/** All that are, or where some are filtered out, how many of those that are shown are left. */
function deadIn({ look, filter }: ScreenState): number {
  if (filter !== '') return lengthOf(look, 'dead letters');
  return look?.inspection.boxes.reduce((sum, box) => sum + box.dead, 0) ?? 0;
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
