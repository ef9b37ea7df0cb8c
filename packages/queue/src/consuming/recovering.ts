import type { Core } from '../core.ts';
import { messageEvent } from '../events.ts';
import type { BoxReader } from '../claim.ts';

/** Takes back the leases in a box whose holders are gone, and has its reader look anew. What fails is reported. */
export async function recoverBox(core: Core, reader: BoxReader): Promise<void> {
  try {
    const recovered = await core.store.recover(reader.box);
    if (recovered.length > 0) reader.refresh();
    for (const { entry, holder } of recovered) {
      core.events.emit('recovered', { ...messageEvent(entry), holder });
    }
  } catch (error) {
    core.events.report(error);
  }
}
