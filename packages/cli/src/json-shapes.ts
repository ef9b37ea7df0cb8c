import type { DeadLetterReason, Failure, Message } from '@tapps-agents/contracts';
import type {
  Box,
  BoxSummary,
  DeadLetter,
  Entry,
  Holder,
  Inspection,
  MessageReport,
  ReplayStep,
} from '@tapps-agents/queue';
import { adviceOnBox, adviceOnQueue } from './render/advice.ts';
import type { Advice } from './render/advice.ts';
import { historyOf } from './render/message.ts';

/**
 * The documents that `--json` prints. They are the cli's promise to scripts: fields are added, never renamed or removed,
 * whatever the queue's own types do. Names are those of the wire format; times are RFC 3339, lengths of time end in `_ms`.
 */

/** A box. */
export interface BoxJson {
  readonly kind: 'inbox' | 'outbox';
  readonly agent: string;
}

/** The process behind a lease. */
export interface HolderJson {
  readonly owner: string;
  readonly agent: string | null;
  readonly pid: number | null;
  readonly host: string | null;
  readonly state: 'alive' | 'dead' | 'absent';
}

/** `inspect`. */
export interface InspectionJson {
  readonly root: string;
  readonly taken_at: string;
  readonly boxes: readonly (BoxJson & {
    readonly registered: boolean;
    readonly ready: number;
    readonly delayed: number;
    readonly leased: number;
    readonly dead: number;
    readonly oldest_ready_ms: number | null;
    readonly unadopted: number;
    readonly holders: readonly (HolderJson & { readonly leases: number })[];
    readonly advice: readonly Advice[];
  })[];
  readonly pauses: readonly {
    readonly agent: string | null;
    readonly paused_at: string;
    readonly paused_by: string | null;
    readonly note: string | null;
  }[];
  readonly temporary: number;
  readonly advice: readonly Advice[];
}

/** `inspect ID` and `dlq show ID`. `content` is the text of a message that cannot be parsed, else null. */
export interface MessageJson extends EntryJson {
  readonly location: string;
  readonly holder: HolderJson | null;
  readonly reason: DeadLetterReason | null;
  readonly history: readonly Failure[];
  readonly message: Message | null;
  readonly content: string | null;
}

/** A message in some state. */
export interface EntryJson {
  readonly message_id: string | null;
  readonly message_type: string;
  readonly entry_id: string;
  readonly state: Entry['state'];
  readonly box: BoxJson;
  readonly priority: Entry['priority'];
  readonly created_at: string;
  readonly ready_at: string | null;
  readonly expires_at: string | null;
  readonly deliveries: number;
  readonly failures: number;
  readonly releases: number;
  readonly run: number;
}

/** A line of `dlq`. */
export interface DeadLetterJson extends EntryJson {
  readonly location: string;
  readonly reason: DeadLetterReason | null;
}

/** A line of `replay`. */
export interface ReplayStepJson {
  readonly message_id: string | null;
  readonly message_type: string;
  readonly entry_id: string;
  readonly to: BoxJson;
  readonly outcome: ReplayStep['outcome'];
  readonly detail: string;
  readonly reason_code: DeadLetterReason['code'] | null;
}

/** The document of `inspect`. */
export function inspectionJson(inspection: Inspection, program: string, now_ms: number): InspectionJson {
  const { root, takenAt, boxes, pauses, temporary } = inspection;
  return {
    root,
    taken_at: takenAt,
    boxes: boxes.map((summary) => ({
      ...boxJson(summary.box),
      registered: summary.registered,
      ready: summary.ready,
      delayed: summary.delayed,
      leased: summary.leased,
      dead: summary.dead,
      oldest_ready_ms: summary.oldestReady_ms,
      unadopted: summary.unadopted,
      holders: summary.holders.map((holder: BoxSummary['holders'][number]) => ({
        ...holderJson(holder),
        leases: holder.leases,
      })),
      advice: adviceOnBox(summary, pauses, program, now_ms),
    })),
    pauses: pauses.map(({ agentId, pausedAt, pausedBy, note }) => ({
      agent: agentId,
      paused_at: pausedAt,
      paused_by: pausedBy,
      note,
    })),
    temporary,
    advice: adviceOnQueue(inspection, program, now_ms),
  };
}

/** The document of one message. */
export function messageJson(report: MessageReport): MessageJson {
  const { entry, location, holder, reason, message, raw } = report;
  return {
    ...entryJson(entry),
    location,
    holder: holder === null ? null : holderJson(holder),
    reason,
    history: historyOf(report),
    message,
    content: message === null ? raw : null,
  };
}

/** The document of a dead letter in a list. */
export function deadLetterJson({ entry, location, reason }: DeadLetter): DeadLetterJson {
  return { ...entryJson(entry), location, reason };
}

/** The document of one step of a replay. */
export function replayStepJson({
  entry,
  messageId,
  reason,
  to,
  outcome,
  detail,
}: ReplayStep): ReplayStepJson {
  return {
    message_id: messageId,
    message_type: entry.messageType,
    entry_id: entry.entryId,
    to: boxJson(to),
    outcome,
    detail,
    reason_code: reason?.code ?? null,
  };
}

/** A box as JSON has it. */
export function boxJson({ kind, agentId }: Box): BoxJson {
  return { kind, agent: agentId };
}

function holderJson({ owner, agentId, pid, host, state }: Holder): HolderJson {
  return { owner, agent: agentId, pid, host, state };
}

function entryJson(entry: Entry): EntryJson {
  return {
    message_id: entry.messageId,
    message_type: entry.messageType,
    entry_id: entry.entryId,
    state: entry.state,
    box: boxJson(entry.box),
    priority: entry.priority,
    created_at: new Date(entry.createdAt_ms).toISOString(),
    ready_at: entry.readyAt_ms === null ? null : new Date(entry.readyAt_ms).toISOString(),
    expires_at: entry.expiresAt_ms === null ? null : new Date(entry.expiresAt_ms).toISOString(),
    deliveries: entry.deliveries,
    failures: entry.failures,
    releases: entry.releases,
    run: entry.run,
  };
}
