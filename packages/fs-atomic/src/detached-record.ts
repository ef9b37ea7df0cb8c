import { systemErrorCode, systemFailure } from './errors.ts';
import type { FileSettings } from './file-options.ts';
import { coarsest_ms } from './heartbeat.ts';
import { serializeOwnerRecord } from './owner-record.ts';
import type { OwnerRecord } from './owner-record.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { replaceFile } from './replace.ts';

/*
 * A detached owner has no process and so no heartbeat. It lives until its deadline, which others know in two ways: who
 * shares the boot's monotonic clock compares the deadline in the record with it; anybody else waits until it has seen
 * the record unchanged for the whole time, as with any owner. Its record, unlike that of a process, is replaced as a
 * whole when the owner gets more time, and then differs in its modification time.
 */

/** The record of an owner that from now on lives for `lease_ms`, whatever becomes of this process. */
export function detachedRecord(record: OwnerRecord, lease_ms: number, settings: FileSettings): OwnerRecord {
  const uptime_ms = settings.clock.uptime?.();
  return {
    ...record,
    pid: null,
    detached: true,
    lease_ms,
    deadline_uptime_ms: uptime_ms === undefined ? null : Math.ceil(uptime_ms + lease_ms),
  };
}

/** Puts a record in the place of the last one. Whoever watched that sees a change, however coarse the times of files are. */
export async function replaceRecord(
  path: string,
  record: OwnerRecord,
  settings: FileSettings & { readonly temporaryDirectory: string; readonly fileMode: number | undefined },
): Promise<void> {
  const { fileSystem, clock } = settings;
  const before_ms = (await fileSystem.status(path)).modified_ms;
  // The content is durable before it has the name, as with every record; the name need not outlive a power cut.
  await replaceFile(path, serializeOwnerRecord(record), { ...settings, durability: 'file' });
  try {
    if ((await fileSystem.status(path)).modified_ms === before_ms) {
      await fileSystem.touch(path, Math.max(clock.now(), before_ms) + coarsest_ms);
    }
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw systemFailure(error, { attempted: 'keep alive', path });
  }
}

/**
 * How much of a detached owner's time is left by the clock of its boot; 0 or less when it is over. Null means "not known":
 * another computer or boot, a clock that is not shared, or none; also of an owner that is not detached.
 */
export function timeLeft_ms(
  record: OwnerRecord,
  thisProcess: ProcessIdentity,
  uptime_ms: number | undefined,
): number | null {
  const { deadline_uptime_ms } = record;
  if (!record.detached || uptime_ms === undefined || typeof deadline_uptime_ms !== 'number') return null;
  const sharesClock =
    record.host === thisProcess.host &&
    record.boot_id !== null &&
    record.boot_id === thisProcess.boot_id &&
    timeNamespace(record.process_started) !== undefined &&
    timeNamespace(record.process_started) === timeNamespace(thisProcess.process_started);
  return sharesClock ? deadline_uptime_ms - uptime_ms : null;
}

/** time_namespaces(7) shift the clock. */
function timeNamespace(processStarted: string | null): string | undefined {
  return processStarted?.split('@')[1];
}
