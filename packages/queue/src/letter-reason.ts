import { MessageError } from '@tapps-agents/contracts';
import { systemErrorCode } from '@tapps-agents/fs-atomic';
import type { ReplayFilter } from './operations.ts';
import type { DeadLetter } from './reports.ts';
import { reasonDamage } from './reason-damage.ts';
import type { Store } from './store.ts';
import type { Entry } from './stored-message.ts';
import { textOf } from './text-of.ts';

/** What is known of why a dead message died: its reason, or what is the matter with that, each null where it is not so. */
export type KnownReason = Required<Pick<DeadLetter, 'reason' | 'reasonFault' | 'reasonDamage'>>;

/**
 * A dead letter's reason; or why it cannot be read, or what is damaged in it: one bad sector, or a file that was half written, must
 * not hide the other dead letters.
 */
export async function reasonOrFault(store: Pick<Store, 'reason'>, entry: Entry): Promise<KnownReason> {
  const nothing = { reason: null, reasonFault: null, reasonDamage: null };
  try {
    return { ...nothing, reason: (await store.reason(entry)) ?? null };
  } catch (error) {
    if (error instanceof MessageError) return { ...nothing, reasonDamage: reasonDamage(error) };
    // What the system does not say is no fault of this one file.
    if (systemErrorCode(error) === undefined) throw error;
    return { ...nothing, reasonFault: error instanceof Error ? error.message : textOf(error) };
  }
}

/** A dead letter as its file's name and its reason tell of it together. Never fails because of the reason: see {@link reasonOrFault}. */
export async function letterOf(
  store: Pick<Store, 'reason' | 'isFiledUnder' | 'describeLocation'>,
  entry: Entry,
): Promise<DeadLetter & KnownReason> {
  const known = await reasonOrFault(store, entry);
  return {
    entry: withWhatReasonTells(store, entry, known.reason),
    location: store.describeLocation(entry),
    ...known,
  };
}

/**
 * A dead letter with what its reason knows better than the name of its file: all failures, as the name has those from before the last
 * delivery and what it died of was a failure too; and an id that did not fit into the name, provided that the message is filed under it.
 */
export function withWhatReasonTells(
  store: Pick<Store, 'isFiledUnder'>,
  entry: Entry,
  reason: DeadLetter['reason'],
): Entry {
  if (reason === null) return entry;
  const { message_id } = reason.message;
  return {
    ...entry,
    messageId:
      entry.messageId ?? (message_id !== null && store.isFiledUnder(entry, message_id) ? message_id : null),
    failures: Math.max(entry.failures, reason.failures),
  };
}

/** What is said of a letter that stays where it is because of that. */
export function staysFor(fault: string): string {
  return `Its reason cannot be read, so it stays where it is. ${fault}`;
}

/** Whether a filter asks for something that stands in the reason alone. */
export function asksForReason({ code, workflowId, taskId, before_ms, after_ms }: ReplayFilter): boolean {
  return [code, workflowId, taskId, before_ms, after_ms].some((asked) => asked !== undefined);
}

/** The part of a filter that can be judged by the name. */
export function withoutReason({ agentId, boxKind, messageType }: ReplayFilter): ReplayFilter {
  return {
    ...(agentId !== undefined && { agentId }),
    ...(boxKind !== undefined && { boxKind }),
    ...(messageType !== undefined && { messageType }),
  };
}
