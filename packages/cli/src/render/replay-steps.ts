import type { ReplayStep } from '@tapps-agents/queue';
import { tableColumns, type Layout } from './layout.ts';
import { nameOf } from './dead-letters.ts';
import { safe } from './safe-text.ts';
import type { SafeText } from './safe-text.ts';
import { shortened } from './shortened.ts';
import type { Role, Style } from './style.ts';
import { table } from './table.ts';
import { wrapped } from './wrapped.ts';

const COLUMNS = [{ title: 'ID' }, { title: 'TYPE' }, { title: 'TO' }, { title: 'OUTCOME' }] as const;

/** The name of a finished message does not say its type. */
const WITHOUT_TYPES = COLUMNS.filter(({ title }) => title !== 'TYPE');

/** What a replay would do, or did, with each message: the outcome in words and the style it is shown in. */
const OUTCOMES = {
  replay: ['will be replayed', 'good'],
  replayed: ['replayed', 'good'],
  skip_processed: ['skipped: handled before', 'dim'],
  will_fail: ['not replayed: would fail again', 'bad'],
  unedited: ['not replayed: not edited', 'dim'],
  gone: ['not replayed: already gone', 'warning'],
} as const satisfies Record<ReplayStep['outcome'], readonly [string, Role]>;

/** A table of replay steps, each with the sentence that says why. */
export function replaySteps(steps: readonly ReplayStep[], { style, wrapAt }: Layout): SafeText {
  const hasTypes = steps.some(({ entry }) => entry.messageType !== '');
  const rows = steps.map(({ entry, messageId, to, outcome, detail }) => {
    const [words, role] = OUTCOMES[outcome];
    return {
      cells: [
        safe`${messageId ?? nameOf(entry)}`,
        ...(hasTypes ? [safe`${entry.messageType === '' ? '-' : entry.messageType}`] : []),
        safe`${to.kind}/${to.agentId}`,
        style(role, safe`${words}`),
      ],
      notes: detail === '' ? [] : [wrapped(safe`  ${shortened(detail)}`, wrapAt)],
    };
  });
  return table(hasTypes ? COLUMNS : WITHOUT_TYPES, rows, tableColumns({ wrapAt }), style);
}

/** One step that was done, on a line of its own: shown as it happens. */
export function replayLine({ entry, messageId, to, outcome, detail }: ReplayStep, style: Style): SafeText {
  const [words, role] = OUTCOMES[outcome];
  const why = detail === '' || outcome === 'replayed' ? safe`` : safe` (${shortened(detail)})`;
  return safe`${style(role, safe`${words}`)}  ${messageId ?? nameOf(entry)}  to ${to.kind}/${to.agentId}${why}`;
}
