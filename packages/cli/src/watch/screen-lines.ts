import { safe } from '../render/safe-text.ts';
import type { SafeText } from '../render/safe-text.ts';
import { boxLines } from './box-lines.ts';
import { footer, header } from './screen-frame.ts';
import { helpLines } from './screen-help.ts';
import { overview } from './screen-sections.ts';
import type { ScreenState } from './screen-state.ts';
import type { Screen } from './screen-text.ts';

/** With fewer rows none of them is left blank below the header. */
const ROWS_WITH_GAP = 10;

/** The screen, line by line, never more than it has rows. */
export function screenLines(state: ScreenState, screen: Screen): readonly SafeText[] {
  const gap = screen.rows < ROWS_WITH_GAP ? [] : [safe``];
  const body = Math.max(0, screen.rows - 2 - gap.length);
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
  return [header(state, screen), ...gap, ...filled, footer(state, screen)].slice(0, screen.rows);
}
