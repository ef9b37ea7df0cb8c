import { systemErrorCode } from '@tapps-agents/fs-atomic';
import type { DeadLetter, ReplayFilter } from './operations.ts';
import type { Store } from './store.ts';
import type { Entry } from './stored-message.ts';
import { textOf } from './text-of.ts';

/** A dead letter's reason; or, where it is there and cannot be read, why: one bad sector must not hide the other dead letters. */
export async function reasonOrFault(
  store: Pick<Store, 'reason'>,
  entry: Entry,
): Promise<Pick<DeadLetter, 'reason'> & { readonly reasonFault: string | null }> {
  try {
    return { reason: (await store.reason(entry)) ?? null, reasonFault: null };
  } catch (error) {
    // What the system does not say is no fault of this one file.
    if (systemErrorCode(error) === undefined) throw error;
    return { reason: null, reasonFault: error instanceof Error ? error.message : textOf(error) };
  }
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
