import type { DeadLetterReason } from '@tapps-agents/contracts';
import type { Core } from '../core.ts';
import type { HandBack } from '../message-journal.ts';
import type { Box } from '../stored-message.ts';

/** A message that went from box to box more often is told from here on. */
const MOST_BOXES = 20;

/** What came before, wherever it was then. */
export interface Remembered {
  readonly deaths: readonly DeadLetterReason[];
  readonly handBacks: readonly HandBack[];
}

/**
 * What the journal of a message's box has of it, and, where a replay had brought it there from another box, what the journal of that
 * one has until then; and so on. A copy of the message that lives on in such a box is not told of.
 */
export async function rememberedOf(core: Core, box: Box, messageId: string): Promise<Remembered> {
  const deaths: DeadLetterReason[] = [];
  const handBacks: HandBack[] = [];
  const sought: { readonly box: Box; readonly until_ms: number }[] = [{ box, until_ms: Infinity }];
  const met = new Set([keyOf(box)]);
  for (const { box: where, until_ms } of sought) {
    const journal = core.store.journal(where, messageId);
    for (const death of await journal.deaths()) {
      const at_ms = Date.parse(death.quarantined_at);
      if (at_ms > until_ms) continue;
      deaths.push(death);
      const { box: kind, agent_id: agentId } = death.origin;
      const from: Box = { kind, agentId };
      if (met.has(keyOf(from)) || met.size >= MOST_BOXES) continue;
      met.add(keyOf(from));
      sought.push({ box: from, until_ms: at_ms });
    }
    for (const handBack of await journal.handBacks())
      if (Date.parse(handBack.at) <= until_ms) handBacks.push(handBack);
  }
  return {
    deaths: deaths.toSorted((a, b) => Date.parse(a.quarantined_at) - Date.parse(b.quarantined_at)),
    handBacks: handBacks.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)),
  };
}

function keyOf({ kind, agentId }: Box): string {
  return `${kind}/${agentId}`;
}
