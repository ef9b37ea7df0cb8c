import type { Failure } from '@tapps-agents/contracts';
import type { MessageReport } from '@tapps-agents/queue';

/**
 * The failures so far, the oldest first, each once: the journal and every reason may have it. Those of a dead letter are told by its
 * reason, which has the last one too, and those in a box that a replay moved it from by the reasons of its earlier deaths.
 */
export function historyOf({
  deaths,
  reason,
  failures,
}: Pick<MessageReport, 'deaths' | 'reason' | 'failures'>): readonly Failure[] {
  const now = reason !== null && reason.history.length >= failures.length ? reason.history : failures;
  const seen = new Map<string, Failure>();
  for (const failure of [...deaths.flatMap(({ history }) => history), ...now])
    seen.set(`${failure.delivery} ${failure.at} ${failure.kind}`, failure);
  return [...seen.values()].toSorted((a, b) => (Date.parse(a.at) || 0) - (Date.parse(b.at) || 0));
}
