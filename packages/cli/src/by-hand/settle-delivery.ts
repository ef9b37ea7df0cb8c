import type { Delivery } from '@tapps-agents/queue';
import { ExitCode } from '../exit-code.ts';
import { settledJson } from '../json/settle.ts';
import type { SettledJson } from '../json/settle.ts';
import { safe } from '../render/safe-text.ts';
import { openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';
import { shellWord } from '../shell-word.ts';

/** The handle that `receive` printed, as the one argument of a command. */
export const HANDLE = {
  type: 'string',
  demandOption: true,
  describe: 'The handle that receive printed',
} as const;

/** How the line on what was done begins, by outcome. */
const WORDS = {
  acked: 'done',
  retried: 'handed back to be tried again:',
  dead: 'dead:',
  snoozed: 'handed back:',
  renewed: 'renewed',
} as const;

/**
 * Settles or renews the delivery of a handle, in one step, and tells what became of it. A failure that is one too many makes a
 * dead letter of what was to be tried again; that is told, and ends with 1.
 *
 * @throws QueueError `ERR_LEASE_LOST` for a handle that is no longer good; nothing was changed then
 */
export async function settleDelivery(
  context: CommandContext,
  handle: string,
  intended: SettledJson['outcome'],
  settle: (delivery: Delivery) => Promise<void>,
): Promise<ExitCode> {
  await using queue = await openToAct(context);
  const { output, program } = context;
  const delivery = await queue.delivery(handle);
  let outcome = intended;
  let detail: string | null = null;
  queue.events.on('quarantined', ({ reason }) => {
    outcome = 'dead';
    detail = reason;
  });
  await settle(delivery);
  const { message_id } = delivery.message;
  output.data(settledJson(outcome, delivery, detail));
  output.text(safe`${WORDS[outcome]} ${message_id}${detail === null ? '' : safe`: ${detail}`}`);
  if (outcome === 'dead') output.remark(safe`next: ${program} dlq show ${shellWord(message_id)}`);
  return outcome === intended ? ExitCode.ok : ExitCode.failure;
}
