import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { systemErrorCode } from '@tapps-agents/fs-atomic';
import type { Finding } from '../../diagnosis.ts';
import type { Round } from './round.ts';
import { lengthOf, Tally } from './tally.ts';

/** More than any file system rounds its times by (FAT: 2 s), and than a busy computer takes for a file. */
const TOLERATED_MS = 5_000;

/**
 * Makes an empty temporary file, and removes it: whether that works, and what time the file gets. Ages of files are told by
 * the difference; the safety of leases rests on no clock, so a skew costs no message.
 */
export async function checkClock(round: Round): Promise<Finding[]> {
  const { layout, fileSystem, clock, fileMode } = round.disk;
  const name = `doctor-${randomUUID()}.tmp`;
  let path = join(layout.temporary, name);
  try {
    let before_ms = clock.now();
    let file;
    try {
      file = await fileSystem.create(path, fileMode);
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
      // Directories may be missing, and looking makes none.
      path = join(layout.root, name);
      before_ms = clock.now();
      file = await fileSystem.create(path, fileMode);
    }
    await file.close();
    const { modified_ms } = await fileSystem.status(path);
    const after_ms = clock.now();
    await fileSystem.remove(path);
    // Within these two moments the file got its time, so only what lies outside of them is skew.
    round.skew_ms = modified_ms - Math.min(Math.max(modified_ms, before_ms), after_ms);
  } catch (error) {
    return notWritable(round, error);
  }
  if (Math.abs(round.skew_ms) <= TOLERATED_MS) {
    round.skew_ms = 0;
    return [];
  }
  const skew = new Tally();
  const by = `${lengthOf(Math.round(Math.abs(round.skew_ms) / 1_000) * 1_000)} ${round.skew_ms > 0 ? 'ahead of' : 'behind'}`;
  skew.add(round.placeOf(layout.temporary), `its clock is ${by} this computer's`);
  return skew.found({
    code: 'clock_skew',
    severity: 'warning',
    text: `The file system's clock is ${by} this computer's: what is kept for so long goes too early or too late, and delays and expiries mean different moments to different computers. Let both follow a time server.`,
    mendable: false,
  });
}

function notWritable(round: Round, error: unknown): Finding[] {
  const found = new Tally();
  found.add(
    round.placeOf(round.disk.layout.temporary),
    error instanceof Error ? error.message : String(error),
  );
  return found.found({
    code: 'not_writable',
    severity: 'error',
    text: `An attempt to write a file failed: nothing can be sent from here, and nothing finished. Mend what the system says.`,
    mendable: false,
  });
}
