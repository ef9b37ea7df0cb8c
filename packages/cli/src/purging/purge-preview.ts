import type { Entry, Queue } from '@tapps-agents/queue';
import { CliError } from '../cli-error.ts';
import { NamedWarnings } from '../named-warnings.ts';
import type { PurgeJson } from '../json/purge.ts';
import { counted } from '../render/counted.ts';
import { safe } from '../render/safe-text.ts';
import type { SafeText } from '../render/safe-text.ts';
import type { CommandContext } from '../session.ts';
import type { PurgeRequest } from './purge-request.ts';

/** Counts what a purge would remove, and names what it cannot tell about; nothing is changed. */
export async function lookForPurge(
  context: CommandContext,
  queue: Queue,
  request: PurgeRequest,
): Promise<PurgeJson> {
  const types = new Map<string, number>();
  let messages = 0;
  const unknown = new NamedWarnings(context.output, 'ERR_IO');
  const steps = queue.operations.purge({ ...request, signal: context.io.interrupts.first });
  try {
    for await (const { entry, outcome, reasonFault } of steps) {
      if (outcome === 'unknown') {
        unknown.add(notKnown(entry, reasonFault));
        continue;
      }
      messages += 1;
      countType(types, entry);
    }
  } catch (error) {
    if (!context.io.interrupts.first.aborted) throw error;
    throw new CliError('ERR_INTERRUPTED', 'Interrupted; nothing was removed.');
  }
  return {
    dry_run: true,
    box: { kind: request.box.kind, agent: request.box.agentId },
    state: request.state,
    messages,
    types: Object.fromEntries(types),
    purged: 0,
    gone: 0,
    unknown: unknown.count,
    operation: null,
    exported: null,
  };
}

/** One more of its type, which a file's name may not tell. A type is any word, also one that objects have a field of (`constructor`). */
export function countType(types: Map<string, number>, { messageType }: Entry): void {
  const type = messageType === '' ? 'unknown' : messageType;
  types.set(type, (types.get(type) ?? 0) + 1);
}

function notKnown({ messageId, entryId }: Entry, fault = ''): string {
  return `${messageId ?? entryId} stays: its reason, which the filter asks about, cannot be read. ${fault}`;
}

/** How many messages, where, and of which types. */
export function purgeSummary({ messages, state, box, types }: PurgeJson): SafeText {
  const what =
    state === 'dead'
      ? `${counted(messages, 'dead letter')} of`
      : `${counted(messages, 'waiting message')} in`;
  const byType = Object.entries(types).map(([type, count]) => `${count} ${type}`);
  return safe`${what} ${box.kind}/${box.agent} (${byType.join(', ')})`;
}
