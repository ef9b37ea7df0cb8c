import type { Failure } from '@tapps-agents/contracts';
import type { MessageReport } from '@tapps-agents/queue';

/** The failures so far: those of a dead letter are told by its reason, which has the last one too. */
export function historyOf({ reason, failures }: MessageReport): readonly Failure[] {
  return reason !== null && reason.history.length >= failures.length ? reason.history : failures;
}
