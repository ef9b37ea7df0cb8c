import type { TimelineEvent } from '../history/timeline.ts';
import { age } from './age.ts';
import { indented } from './indented.ts';
import { processName } from '../process-name.ts';
import type { Layout } from './layout.ts';
import { join, safe } from './safe-text.ts';
import type { SafeText } from './safe-text.ts';
import { shortened } from './shortened.ts';
import type { Role } from './style.ts';
import { inOneLine } from './why-it-died.ts';
import { wrapped } from './wrapped.ts';

const MARKS: Readonly<Record<TimelineEvent['event'], readonly [string, Role]>> = {
  created: ['o', 'dim'],
  failed: ['x', 'bad'],
  died: ['X', 'bad'],
  replayed: ['>', 'command'],
  finished: ['*', 'good'],
  handed_back: ['<', 'dim'],
  delivered: ['=', 'dim'],
  leased: ['=', 'good'],
  waiting: ['.', 'warning'],
  delayed: ['.', 'warning'],
};

/** So wide is the moment of a line, and blank where there is none. */
const MOMENT_COLUMNS = 24;
/** In the place of a moment that nobody wrote down; what is true now needs none. */
const UNRECORDED = 'at an unrecorded time';
/** Longer sentences stand in full elsewhere. */
const MOST_CHARACTERS = 160;

/** A line for each thing that happened to a message, the error of a failure below it. */
export function timeline(events: readonly TimelineEvent[], layout: Layout): SafeText {
  return join(
    events.map((one) => line(one, layout)),
    '\n',
  );
}

function line({ event, at, text, failure }: TimelineEvent, { style, now_ms, wrapAt }: Layout): SafeText {
  const [mark, role] = MARKS[event];
  const moment = at ?? (event === 'waiting' || event === 'leased' ? '' : UNRECORDED);
  const when = style('dim', safe`${moment.padEnd(MOMENT_COLUMNS)}`);
  const heading = safe`  ${style(role, safe`${mark}`)} ${when}  ${dated(shortened(inOneLine(text), MOST_CHARACTERS), distance(at, now_ms))}`;
  if (failure === null) return wrapped(heading, wrapAt, 2);
  const { agent_id, owner, pid, host, error } = failure;
  const who = `${agent_id === null ? '' : `${agent_id}, `}${processName({ owner, pid, host })}`;
  const what = `${error.name}: ${error.message}${error.code === null ? '' : ` (${error.code})`}`;
  return wrapped(safe`${heading}, at ${who}\n${indented(what, '      ')}`, wrapAt, 2);
}

/** A sentence that goes on has its full stop at no other place than its end. */
function dated(sentence: string, when: string): string {
  return when === '' ? sentence : `${sentence.replace(/\.$/, '')}${when}`;
}

function distance(at: string | null, now_ms: number): string {
  const at_ms = at === null ? Number.NaN : Date.parse(at);
  if (Number.isNaN(at_ms)) return '';
  return at_ms > now_ms ? `, in ${age(at_ms - now_ms)}` : `, ${age(now_ms - at_ms)} ago`;
}
