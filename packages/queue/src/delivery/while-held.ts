import type { Failure } from '@tapps-agents/contracts';
import type { Claimed } from '../claim.ts';
import type { Core } from '../core.ts';
import { durabilityOf } from '../sending/sending.ts';
import type { Outgoing } from '../stored-message.ts';
import type { Accepted } from './examination.ts';

/*
 * What a delivery says before it is settled. An owner that lost its lease while it slept must not speak any more: what it had said is
 * said by its successor. So each makes sure of the lease first.
 */

/** Publishes what belongs to a settlement. @throws QueueError `ERR_LEASE_LOST` */
export async function publishWhileHeld(
  core: Core,
  claimed: Claimed,
  outgoing: readonly Outgoing[],
): Promise<void> {
  await core.store.renew(claimed);
  const durabilities = new Set(outgoing.map((message) => durabilityOf(core, message)));
  const durability = durabilities.has('full') ? 'full' : durabilities.has('file') ? 'file' : 'none';
  await core.store.publish(outgoing, { durability });
}

/** Writes a failure into the history. @throws QueueError `ERR_LEASE_LOST` */
export async function recordWhileHeld(
  core: Core,
  { claimed, message }: Accepted,
  failure: Failure,
): Promise<void> {
  await core.store.renew(claimed);
  await core.store.journal(claimed.entry.box, message.message_id).recordFailure(failure);
}
