import { safe } from '../render/safe-text.ts';
import type { SafeText } from '../render/safe-text.ts';
import { boxLine, boxTitles } from './box-table.ts';
import { deadLine, eventLine, handLine } from './section-lines.ts';
import { shownPart, windowAround } from './list-window.ts';
import type { ListWindow } from './list-window.ts';
import type { Screen } from './screen-text.ts';
import { lengthOf } from './screen-state.ts';
import type { ScreenState, Section } from './screen-state.ts';

/** The sections share the rows: each gets what it needs, the longest give way first. */
export function overview(state: ScreenState, screen: Screen, rows: number): readonly SafeText[] {
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
