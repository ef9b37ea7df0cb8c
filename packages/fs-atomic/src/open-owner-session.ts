import { holdAliveFile } from './alive-file.ts';
import { createExclusive } from './create-exclusive.ts';
import { detachedRecord } from './detached-record.ts';
import { ensureDirectory } from './directory.ts';
import { FsAtomicError, invalidArgument } from './errors.ts';
import { fileSettings } from './file-options.ts';
import type { FileOptions, FileSettings } from './file-options.ts';
import {
  newOwnerId,
  ownerAlivePath,
  ownerRecordPath,
  readOwnerRecord,
  serializeOwnerRecord,
} from './owner-record.ts';
import type { JsonValue, OwnerRecord } from './owner-record.ts';
import { RecordedSession } from './owner-session.ts';
import type { OwnerSession } from './owner-session.ts';
import { processIdentity } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** How a session is opened. The `signal` calls off the opening; it does not close the session. */
export interface OwnerSessionOptions extends FileOptions {
  /** Where the records of all owners are; created if missing. */
  readonly directory: string;
  /** How long others must see the record unchanged before they may end the session; default 30,000. */
  readonly lease_ms?: number | undefined;
  /** What else the record tells those who read it: JSON of at most 64 KiB with all of the record. */
  readonly details?: Readonly<Record<string, JsonValue>> | undefined;
  /**
   * True: no heartbeat and no process behind it. The session outlives this process until its `lease_ms` has passed by the
   * clock of this boot, or others have seen its record unchanged for so long; leave it open to leave it behind.
   */
  readonly detached?: boolean | undefined;
  /** Told of heartbeats that failed and will be tried again. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Permission bits of the record; default 0o600. */
  readonly fileMode?: number | undefined;
  /** Permission bits of the directory if it is created; default 0o700. */
  readonly directoryMode?: number | undefined;
  /** Default: the facts of this process. */
  readonly identity?: ProcessIdentity | undefined;
}

/** Of 2^40 ids, even two in a row that are taken mean that something else is wrong. */
const mostAttempts = 10;

/** Opens a session: creates the owner's record under a new random id and keeps it alive by a heartbeat every third of the lease. */
export async function openOwnerSession(options: OwnerSessionOptions): Promise<OwnerSession> {
  const settings = fileSettings(options);
  const { directory, details = {}, lease_ms = 30_000, detached = false } = options;
  if (directory === '') throw invalidArgument('directory must not be empty.');
  if (!Number.isFinite(lease_ms) || lease_ms <= 0) {
    throw invalidArgument(`lease_ms is ${lease_ms}; it must be a number of milliseconds above 0.`);
  }
  settings.signal?.throwIfAborted();
  await ensureDirectory(directory, { ...settings, directoryMode: options.directoryMode });
  const identity = options.identity ?? processIdentity();
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const record: OwnerRecord = {
      owner: newOwnerId(),
      ...identity,
      started_at: new Date(settings.clock.now()).toISOString(),
      lease_ms,
      detached,
    };
    for (const name of Object.keys(details)) {
      if (Object.hasOwn(record, name))
        throw invalidArgument(`details.${name} would hide the record's own ${name}.`);
    }
    const begun = detached ? detachedRecord(record, lease_ms, settings) : record;
    const session = await createSession({ ...begun, ...details }, options, settings);
    if (session !== null) return session;
  }
  const message = `Could not open a session in ${directory}: ${mostAttempts} random owner ids were taken. Look what fills the directory.`;
  throw new FsAtomicError('ERR_ALREADY_EXISTS', message, { path: directory });
}

/** Where a detached session is, and by what it is looked for. */
export interface AttachOptions extends FileOptions {
  readonly directory: string;
}

/**
 * A detached session, in any process: to give it more time, to act on what it holds, to end it. Several may attach to one; what
 * each does is decided by exact names, as ever. Null when there is no such session, or it is that of a process, which alone
 * acts for it.
 */
export async function attachOwnerSession(
  owner: string,
  options: AttachOptions,
): Promise<OwnerSession | null> {
  const settings = fileSettings(options);
  const path = ownerRecordPath(options.directory, owner);
  const record = await readOwnerRecord(path, owner, settings);
  if (record === null || !record.detached) return null;
  const beatenAt_ms = settings.clock.monotonic();
  return new RecordedSession({ record, path, alive: null, beatenAt_ms, onError: undefined }, settings);
}

/** Null when the random id is taken. */
async function createSession(
  record: OwnerRecord,
  options: OwnerSessionOptions,
  settings: FileSettings,
): Promise<OwnerSession | null> {
  const { directory } = options;
  const path = ownerRecordPath(directory, record.owner);
  const bytes = serializeOwnerRecord(record);
  const beatenAt_ms = settings.clock.monotonic();
  // First held, then recorded: a record whose file is not held is the record of a dead owner.
  const alive = record.detached
    ? null
    : await holdAliveFile(ownerAlivePath(directory, record.owner), settings);
  if (alive === 'taken') return null;
  try {
    // The name is not durable, as nobody outlives a power cut: a record that is lost with it says that its owner has
    // ended. The content is: a record that is left without it would keep others waiting for an unknown lease.
    const created = await createExclusive(path, bytes, {
      ...settings,
      durability: 'file',
      fileMode: options.fileMode,
    });
    if (created) {
      return new RecordedSession({ record, path, alive, beatenAt_ms, onError: options.onError }, settings);
    }
  } catch (error) {
    await alive?.release();
    throw error;
  }
  await alive?.release();
  return null;
}
