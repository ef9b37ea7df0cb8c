import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { BoxSummary, Inspection, Pause } from '@tapps-agents/queue';
import { adviceOnBox, adviceOnQueue } from '../render/advice.ts';
import { adviceSchema } from './advice.ts';
import { boxFields, boxJson } from './box.ts';
import { countSchema, durationSchema, momentSchema, orNull } from './fields.ts';
import { holderFields, holderJson } from './holder.ts';
import { pauseJson, pauseSchema } from './pause.ts';

/** The schema of one box at a glance. */
export function boxSummarySchema() {
  return Type.Object({
    ...boxFields(),
    registered: Type.Boolean({ description: 'whether messages can be sent to the agent' }),
    ready: countSchema('can be taken now, those in `unadopted` among them'),
    delayed: countSchema('wait for their time'),
    leased: countSchema('are being handled'),
    dead: countSchema('dead letters'),
    oldest_ready_ms: orNull(durationSchema('age of the oldest ready message whose name tells it')),
    unadopted: countSchema('how many of the ready are files of outside writers that nobody has looked into'),
    finished: countSchema('finished in the last `window_ms`; duplicates and dead letters do not count'),
    unlisted: Type.Array(Type.Enum(['ready', 'leased', 'dead']), {
      description:
        'states in which its messages could not be listed, or not all: their counts are the least, `delayed` and `oldest_ready_ms` go with `ready`',
    }),
    holders: Type.Array(
      Type.Object({ ...holderFields(), leases: countSchema('how many messages it holds') }),
    ),
    ready_types: Type.Array(Type.String(), {
      description: 'types of its ready messages, the most first; at most five',
    }),
    workers: countSchema(
      'of an inbox: processes that are known to consume as its agent, also those with nothing in hand',
    ),
    advice: Type.Array(adviceSchema()),
  });
}

/** One box at a glance. */
export type BoxSummaryJson = Static<ReturnType<typeof boxSummarySchema>>;

/** The schema of what `inspect` prints. */
export function inspectionSchema() {
  return Type.Object({
    root: Type.String({ description: 'the messages directory' }),
    taken_at: momentSchema('when it was looked at'),
    boxes: Type.Array(boxSummarySchema()),
    pauses: Type.Array(pauseSchema()),
    temporary: countSchema('files being written, or left by writers that died'),
    window_ms: durationSchema('what `finished` counts: the last minute'),
    finished_complete: Type.Boolean({
      description: 'false where the ledger is too large to be looked at whole in a moment: at least so many',
    }),
    unreadable: Type.Array(
      Type.Object({
        place: orNull(Type.String({ description: 'a path below the root' })),
        detail: Type.String({ description: 'what the error says' }),
      }),
      { description: 'what could not be looked at and is not counted; the exit code is 5 then' },
    ),
    advice: Type.Array(adviceSchema(), { description: 'on the queue as a whole' }),
  });
}

/** The document of `inspect`. */
export type InspectionJson = Static<ReturnType<typeof inspectionSchema>>;

/** The document of one look at every box. */
export function inspectionJson(inspection: Inspection, program: string, now_ms: number): InspectionJson {
  const { root, takenAt, boxes, pauses, temporary } = inspection;
  return {
    root,
    taken_at: takenAt,
    boxes: boxes.map((summary) => boxSummaryJson(summary, pauses, program, now_ms)),
    pauses: pauses.map(pauseJson),
    temporary,
    window_ms: inspection.window_ms,
    finished_complete: inspection.isFinishedComplete,
    unreadable: inspection.unreadable.map(({ place, detail }) => ({ place, detail })),
    advice: [...adviceOnQueue(inspection, program, now_ms)],
  };
}

/** One box as JSON has it. */
export function boxSummaryJson(
  summary: BoxSummary,
  pauses: readonly Pause[],
  program: string,
  now_ms: number,
): BoxSummaryJson {
  return {
    ...boxJson(summary.box),
    registered: summary.registered,
    ready: summary.ready,
    delayed: summary.delayed,
    leased: summary.leased,
    dead: summary.dead,
    oldest_ready_ms: summary.oldestReady_ms,
    unadopted: summary.unadopted,
    finished: summary.finished,
    unlisted: [...summary.unlisted],
    holders: summary.holders.map((holder) => ({ ...holderJson(holder), leases: holder.leases })),
    ready_types: [...summary.readyTypes],
    workers: summary.workers,
    advice: [...adviceOnBox(summary, pauses, program, now_ms)],
  };
}
