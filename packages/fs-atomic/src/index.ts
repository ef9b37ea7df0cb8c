export { inBackground } from './background.ts';
export { isBusy, retryWhileBusy } from './busy.ts';
export type { BusyOptions } from './busy.ts';
export type { CancelTimer, Clock } from './clock.ts';
export { createExclusive } from './create-exclusive.ts';
export type { CreateExclusiveOptions } from './create-exclusive.ts';
export { ensureDirectory, removeEmptyDirectory } from './directory.ts';
export type { DirectoryOptions } from './directory.ts';
export { isAtLeast, weakerDurability } from './durability.ts';
export type { Durability } from './durability.ts';
export { FsAtomicError, systemErrorCode, systemFailure } from './errors.ts';
export type { Attempt, FsAtomicErrorCode, FsAtomicErrorDetails } from './errors.ts';
export { findPath, pathExists } from './existence.ts';
export type { FileOptions } from './file-options.ts';
export type {
  Awaitable,
  DirectoryEntry,
  EntryKind,
  ExclusiveFile,
  FileStatus,
  FileSystem,
  FileSystemSpace,
  StopWatching,
  WritableFile,
} from './file-system.ts';
export { fileSystemTime_ms } from './file-system-time.ts';
export { nodeFileSystem } from './node-file-system.ts';
export { moveAtOnce, moveFile, moveMany } from './move.ts';
export type { FileToMove, MoveOptions } from './move.ts';
export { Mutex } from './mutex.ts';
export type { AcquireOptions, MutexOptions } from './mutex.ts';
export type { MutexHold } from './mutex-hold.ts';
export { isMutexTokenLost, restoreMutexToken } from './mutex-repair.ts';
export type { MutexRepairOptions } from './mutex-repair.ts';
export { proveAlive, proveDead } from './liveness.ts';
export type { ProcessProbe, RecordedProcess } from './liveness.ts';
export { OwnerObserver } from './owner-observer.ts';
export type { OwnerObserverOptions, OwnerState } from './owner-observer.ts';
export type { JsonValue, OwnerRecord } from './owner-record.ts';
export { attachOwnerSession, openOwnerSession } from './open-owner-session.ts';
export type { AttachOptions, OwnerSessionOptions } from './open-owner-session.ts';
export type { DetachOptions, OwnerSession } from './owner-session.ts';
export type { ProcessStat } from './proc.ts';
export { processIdentity } from './process-identity.ts';
export type { ProcessIdentity } from './process-identity.ts';
export { publishEach, publishFile, publishMany } from './publish.ts';
export type { FileToPublish, PublishedFile, PublishOptions } from './publish-options.ts';
export { replaceFile } from './replace.ts';
export { sweepTemporary } from './sweep.ts';
export type { SweepOptions, SweepResult } from './sweep.ts';
export { systemClock } from './system-clock.ts';
export { wait } from './wait.ts';
