import { counted } from '../render/counted.ts';
import { safe } from '../render/safe-text.ts';
import type { SafeText } from '../render/safe-text.ts';
import { fitted, isNarrow, sparkline } from './screen-text.ts';
import type { Screen } from './screen-text.ts';
import { lengthOf } from './screen-state.ts';
import type { ScreenState } from './screen-state.ts';

const KEYS = '↑↓ move  tab section  enter open  / find  p pause  r replay  ? help  q quit';

const NARROW_KEYS = '↑↓ tab enter / p r  ? help  q quit';

/** The first line: which queue, how fast it is, and whether the screen follows it. */
export function header(
  { look, isHeld, now_ms, rates }: ScreenState,
  { columns, style, root }: Screen,
): SafeText {
  const time = new Date(now_ms).toISOString().slice(11, 19);
  const done = rates.at(-1) ?? 0;
  const atLeast = look?.inspection.isFinishedComplete === false ? '>=' : '';
  const line = isNarrow(columns) ? '' : `${sparkline(rates.slice(-20))} `;
  const rate = look === null ? '' : `${line}${atLeast}${done} done/min`;
  const right = `${rate}  ${isHeld ? 'held' : 'live'}  ${time}Z`;
  const left = fitted(`tapps-mq watch  ${root}`, Math.max(8, columns - right.length - 2));
  return safe`${style('heading', left)}  ${style(isHeld ? 'warning' : 'dim', safe`${right}`)}`;
}

/** The last line: the keys that do something now, a question, or what became of the last key. */
export function footer(state: ScreenState, { columns, style }: Screen): SafeText {
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
