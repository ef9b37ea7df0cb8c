import { linesOf, safe } from '../render/safe-text.ts';
import type { SafeText } from '../render/safe-text.ts';
import { wrapped } from '../render/wrapped.ts';
import { PAUSED_MARK } from './box-table.ts';
import { fitted, isNarrow } from './screen-text.ts';
import type { Screen } from './screen-text.ts';

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
  ['q', 'quit, also out of a replay (Ctrl-C quits too, with code 130)'],
  [PAUSED_MARK, 'beside an agent: it is paused'],
];

/** What each key does; on a narrow screen each in as many lines as it needs. */
export function helpLines({ columns, style }: Screen): readonly SafeText[] {
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
