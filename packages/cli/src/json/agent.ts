import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { AgentReport } from '@tapps-agents/queue';
import { entryJson, entrySchema } from './entry.ts';
import { durationSchema, momentSchema } from './fields.ts';
import { boxSummaryJson, boxSummarySchema } from './inspect.ts';
import { pauseJson, pauseSchema } from './pause.ts';

/** The schema of what `inspect AGENT` prints. */
export function agentSchema() {
  return Type.Object({
    agent: Type.String(),
    taken_at: momentSchema('when it was looked at'),
    boxes: Type.Array(boxSummarySchema(), { description: 'its inbox and its outbox' }),
    pauses: Type.Array(pauseSchema(), { description: 'of the agent, or of everything' }),
    next: Type.Array(entrySchema(), { description: 'the first ten, as they will be handed out' }),
    delayed: Type.Array(entrySchema(), { description: 'at most ten, the soonest first' }),
    leased: Type.Array(entrySchema(), { description: 'at most ten, the oldest first' }),
    dead: Type.Array(entrySchema(), { description: 'at most ten, the youngest messages first' }),
    window_ms: durationSchema('what `finished` counts: the last minute'),
    finished_complete: Type.Boolean({ description: 'false: at least so many' }),
  });
}

/** The document of `inspect AGENT`. */
export type AgentJson = Static<ReturnType<typeof agentSchema>>;

/** The document of one look at an agent. */
export function agentJson(report: AgentReport, program: string, now_ms: number): AgentJson {
  return {
    agent: report.agentId,
    taken_at: report.takenAt,
    boxes: report.boxes.map((box) => boxSummaryJson(box, report.pauses, program, now_ms)),
    pauses: report.pauses.map(pauseJson),
    next: report.next.map(entryJson),
    delayed: report.delayed.map(entryJson),
    leased: report.leased.map(entryJson),
    dead: report.dead.map(entryJson),
    window_ms: report.window_ms,
    finished_complete: report.isFinishedComplete,
  };
}
