import { MessageError } from '@tapps-agents/contracts';
import { systemErrorCode } from '@tapps-agents/fs-atomic';
import type { DeadLetter, ReplayFilter } from './operations.ts';
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

/**
 * A dead letter with its failures as its reason counts them: the name of its file has those from before the last delivery, and what
 * it died of was a failure too.
 */
export function withAllFailures(entry: Entry, reason: DeadLetter['reason']): Entry {
  return reason === null || reason.failures <= entry.failures
    ? entry
    : { ...entry, failures: reason.failures };
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
export function withoutReason({ agentId, messageType }: ReplayFilter): ReplayFilter {
  return {
    ...(agentId !== undefined && { agentId }),
    ...(messageType !== undefined && { messageType }),
  };
}
