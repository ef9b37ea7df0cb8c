import { inBackground, Mutex, OwnerObserver, type Clock, type FileSystem } from '@tapps-agents/fs-atomic';
import type { RetainOptions, RetentionPolicy, RetentionReport } from '../retention-report.ts';
import type { BoxReader, Claimed, ClaimFilter } from '../claim.ts';
import type { Holder, Pause, Recovered, Store } from '../store.ts';
import type { Box, Entry } from '../stored-message.ts';
import { accessOf, modesFor, type Access } from './access.ts';
import { admit, recordedPath } from './admission.ts';
import { agentsWith, registerAgent } from './agents.ts';
import { FileBoxReader } from './box-reader.ts';
import { attach, detach } from './detaching.ts';
import { countNames, exists, statusOf, type Disk } from './disk.ts';
import { guardedFileSystem } from './guarded-file-system.ts';
import { listEntries, readEntry, readReason } from './entries.ts';
import { discard, supersede } from './ending.ts';
import { isFiledUnder, pathOf } from './entry.ts';
import { diagnose } from './doctor/doctor.ts';
import { initialise } from './initialise.ts';
import { FileJournal } from './journal.ts';
import { Layout } from './layout.ts';
import { leaseOf } from './lease.ts';
import { livingHolders } from './living-holders.ts';
import { FileOperationLog } from './operation-log.ts';
import { Pauses } from './pauses.ts';
import { Publisher } from './publishing.ts';
import { reviveMany, traceOfRevival } from './reviving.ts';
import { holderOf, recover } from './recovery.ts';
import { acquireOrMakeRoom, sumOfReports } from './retention/make-room.ts';
import { runRetention } from './retention/retention.ts';
import { encodeSegment } from './segment.ts';
import { dump, dumpEntry } from './transfer/dump.ts';
import { restore } from './transfer/restore.ts';
import { Sessions } from './sessions.ts';
import { acknowledge, confirm, quarantine, release } from './settle.ts';
import { isTaken } from './taken-names.ts';
import { finishedSince } from './throughput.ts';
import { unfinishedAmong } from './unfinished-among.ts';

/** What the file engine needs. */
export interface FileStoreOptions {
  readonly root: string;
  /** Make the directory when it is missing. */
  readonly create: boolean;
  /** Whom the owner record names. */
  readonly agentId: string;
  readonly lease_ms: number;
  readonly maxMessageBytes: number;
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly random: () => number;
  /** Message types to recognise by name although theirs is too long for a file name, and shortened there. */
  readonly messageTypes?: readonly string[];
  /** `owner`: 0700 and 0600; `group`: 0770 and 0660. Left out: what the directory was made for, `owner` for a new one. */
  readonly access?: Access | undefined;
  /** Background failures, such as a heartbeat that did not get through. */
  readonly onError: (error: unknown) => void;
  /** A message that was abandoned here has gone back by itself. */
  readonly onReturned?: ((recovered: Recovered) => void) | undefined;
}

/** Opens a messages directory as a store. */
export async function openFileStore(options: FileStoreOptions): Promise<Store> {
  const guarded = guardedFileSystem(options.fileSystem, options.root, options.clock);
  const place = { layout: new Layout(options.root), fileSystem: guarded };
  const diskFor = (access: Access): Disk => {
    const unguarded: Disk = {
      ...place,
      fileSystem: options.fileSystem,
      clock: options.clock,
      ...modesFor(access),
      maxMessageBytes: options.maxMessageBytes,
      random: options.random,
      longTypes: new Map((options.messageTypes ?? []).map((type) => [encodeSegment(type, 'type'), type])),
    };
    const isFree = (one: string, other: string): boolean =>
      guarded.isFree(one) && (one === other || guarded.isFree(other));
    const disk: Disk = {
      ...unguarded,
      fileSystem: guarded,
      within: (one, other) => (isFree(one, other) ? unguarded : disk),
    };
    return disk;
  };
  await initialise(diskFor(await accessOf(place, options.access)), options.create, options.access);
  // Asked anew: another one may have made it just now, for whom it was told to.
  const disk = diskFor(await accessOf(place, options.access));
  return fileStore(
    disk,
    new Sessions(disk, options.lease_ms, options.agentId, options.onError, options.onReturned),
    options.onError,
  );
}

function fileStore(disk: Disk, sessions: Sessions, onError: (error: unknown) => void): Store {
  const { layout, fileSystem, clock } = disk;
  const observer = new OwnerObserver({
    directory: layout.owners,
    endedDirectory: layout.endedOwners,
    fileSystem,
    clock,
  });
  const publisher = new Publisher(disk);
  const pauses = new Pauses(disk);
  return {
    registerAgent: (agentId) => registerAgent(disk, agentId),
    agents: ({ onFailure = onError } = {}) => agentsWith(disk, 'inbox', onFailure),
    isRegistered: (agentId) => exists(disk, layout.box({ kind: 'inbox', agentId })),
    writers: ({ onFailure = onError } = {}) => agentsWith(disk, 'outbox', onFailure),

    publish: (messages, options) => publisher.publish(messages, options),
    useLease: (lease_ms) => sessions.useLease(lease_ms),
    openBox: (box: Box, filter: ClaimFilter = {}, options = {}): BoxReader =>
      new FileBoxReader(disk, sessions, box, filter, options),
    admit: (claimed, identity) => admit(disk, leaseOf(claimed), identity),
    renew: (claimed: Claimed) => confirm(disk, leaseOf(claimed)),
    ack: (claimed, identity, options) => acknowledge(disk, leaseOf(claimed), identity, options),
    release: (claimed, how) => release(disk, leaseOf(claimed), how),
    quarantine: (claimed, reason) => quarantine(disk, leaseOf(claimed), reason),
    detach: async (claimed, lease_ms) => {
      await detach(disk, leaseOf(claimed), lease_ms);
      sessions.detached(leaseOf(claimed).session);
    },
    attach: (entryId) => attach(disk, entryId),
    abandon: (claimed) => sessions.abandon(leaseOf(claimed)),
    recover: async (box) => {
      const { recovered, failures } = await recover(disk, observer, box, await sessions.living());
      const error = failures.asError('holders or leases in a box could not be looked at; the others were.');
      if (error !== null) onError(error);
      return recovered;
    },

    entries: (filter) => listEntries(disk, filter),
    unfinishedAmong: (box, ids) => unfinishedAmong(disk, box, ids),
    read: (entry) => readEntry(disk, entry),
    isFiledUnder,
    reason: (entry) => readReason(disk, entry),
    isProcessed: async (box, identity, run = 0) => (await recordedPath(disk, box, identity, run)) !== null,
    reviveMany: (revivals, options) => reviveMany(disk, revivals, options),
    supersede: (entry, operation) => supersede(disk, entry, operation),
    traceOfRevival: (revival, options) => traceOfRevival(disk, revival, options),
    discard: (entry) => discard(disk, entry),
    dump: (options) => dump(disk, options),
    restore: (files, options) => restore(disk, files, options),
    dumpEntry: (entry) => dumpEntry(disk, entry),
    operationLog: new FileOperationLog(disk),
    describeLocation: (entry: Entry) => pathOf(disk, entry),
    journal: (box, messageId) => FileJournal.of(disk, box, messageId),
    movedAt: async (entry) => (await statusOf(disk, pathOf(disk, entry)))?.changed_ms ?? null,
    unfinished: () => countNames(disk, layout.temporary),
    finishedSince: (since_ms) => finishedSince(disk, since_ms),
    holder: (owner) => describeHolder(disk, observer, owner),
    livingHolders: () => livingHolders(disk, (owner) => describeHolder(disk, observer, owner)),

    pause: (pause: Pause) => pauses.pause(pause),
    resume: (agentId) => pauses.resume(agentId),
    pauses: () => pauses.list(),
    isPaused: (agentId) => pauses.isPaused(agentId),

    retain: (policy, options) => retain(disk, sessions, observer, policy, options),
    diagnose: async ({ mend = false, signal }) =>
      await diagnose({ disk, observer, own: await sessions.living(), mend, signal }),
    watch: (box, changed) => watch(disk, box, changed, onError),
    close: () => sessions.close(),
  };
}

async function describeHolder(disk: Disk, observer: OwnerObserver, owner: string): Promise<Holder> {
  const record = await observer.record(owner);
  const state = await observer.observe(owner);
  const timeLeft_ms = record === null ? null : observer.timeLeft_ms(record);
  const beatAt_ms = (await statusOf(disk, disk.layout.owner(owner)))?.modified_ms ?? null;
  return holderOf(owner, record, state === 'expired' ? 'dead' : state, { timeLeft_ms, beatAt_ms });
}

async function retain(
  disk: Disk,
  sessions: Sessions,
  observer: OwnerObserver,
  policy: RetentionPolicy,
  options: RetainOptions,
): Promise<RetentionReport | null> {
  const { signal, onFile } = options;
  if (options.dryRun) return await runRetention(disk, policy, observer, { hold: null, signal, onFile });
  const mutex = new Mutex({
    directory: disk.layout.mutex('retention'),
    temporaryDirectory: disk.layout.temporary,
    durableRoot: disk.layout.root,
    session: async () => await sessions.current(),
    observer,
    fileSystem: inBackground(disk.fileSystem),
    clock: disk.clock,
  });
  const { hold, removed } = await acquireOrMakeRoom(mutex, disk, policy, signal);
  if (hold === null) return removed;
  try {
    return sumOfReports(await runRetention(disk, policy, observer, { hold, signal, onFile }), removed);
  } finally {
    await hold.release();
  }
}

/** Watching is a hint: where it cannot be had (too many watches, a network file system) polling does alone. */
function watch(
  disk: Disk,
  box: Box | null,
  changed: () => void,
  onError: (error: unknown) => void,
): (() => void) | null {
  const path = box === null ? disk.layout.boxes('outbox') : disk.layout.box(box);
  try {
    const told = (name?: string): void => {
      // Of what was claimed there is nothing to find; most events of a busy consumer are those of its own claims.
      if (name === undefined || box === null || !isTaken(disk, name)) changed();
    };
    return disk.fileSystem.watch(path, told, onError);
  } catch {
    return null;
  }
}
