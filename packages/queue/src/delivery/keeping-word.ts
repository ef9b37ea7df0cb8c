import { wait } from '@tapps-agents/fs-atomic';
import type { Core } from '../core.ts';
import { isFileSystemFault } from '../file-system-fault.ts';
import type { HeldDelivery } from './held-delivery.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Sees to it that a message does not stay in hand that may have been told to have failed, and that the disk did not let be put aside. Its
 * handler must not run once more and say the contrary, so it goes back as a delivery that was lost, by which the journal decides; that is
 * tried again and again, ever later. When the consumer's time is over it is abandoned, and goes back by itself.
 */
export async function keepToWhatWasTold(
  core: Core,
  delivery: HeldDelivery,
  shutdown: AbortSignal,
): Promise<void> {
  let pause_ms = FIRST_PAUSE_MS;
  for (;;) {
    try {
      await delivery.putBackAsLost();
      return;
    } catch (error) {
      if (delivery.isSettled || !isFileSystemFault(error)) throw error;
      core.events.report(error);
    }
    if (shutdown.aborted) {
      delivery.abandon();
      return;
    }
    await wait(pause_ms, core.clock, shutdown).catch(() => {}); // It ends early when the consumer's time is over.
    pause_ms = Math.min(pause_ms * 2, LONGEST_PAUSE_MS);
  }
}
