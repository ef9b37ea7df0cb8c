import { FsAtomicError, systemErrorCode } from '@tapps-agents/fs-atomic';

/**
 * Whether an error is the file system's (a full disk, a failing one, missing rights) rather than a handler's or a
 * message's: it may pass, and no message is blamed for it.
 */
export function isFileSystemFault(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isFileSystemFault);
  return error instanceof FsAtomicError || (error instanceof Error && 'syscall' in error);
}

/** Whether something could not be written for want of room: the disk is full, or a quota is used up. */
export function isDiskFull(error: unknown): boolean {
  if (error instanceof FsAtomicError && error.code === 'ERR_DISK_FULL') return true;
  return ['ENOSPC', 'EDQUOT'].includes(systemErrorCode(error) ?? '');
}
