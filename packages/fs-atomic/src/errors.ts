/** Every code an `FsAtomicError` can carry; the README says what to do about each. */
export type FsAtomicErrorCode =
  | 'ERR_DISK_FULL'
  | 'ERR_SYNC_FAILED'
  | 'ERR_ACCESS_DENIED'
  | 'ERR_ALREADY_EXISTS'
  | 'ERR_SESSION_LOST'
  | 'ERR_MUTEX_BROKEN'
  | 'ERR_MUTEX_LOST'
  | 'ERR_MUTEX_TIMEOUT'
  | 'ERR_TOO_MANY_OPEN_FILES'
  | 'ERR_NOT_A_DIRECTORY'
  | 'ERR_INVALID_ARGUMENT'
  | 'ERR_IO';

/** What an `FsAtomicError` is about, beside its code and message. */
export interface FsAtomicErrorDetails {
  readonly path?: string;
  readonly cause?: unknown;
  /** Paths that are in place although the call failed. */
  readonly published?: readonly string[];
}

/** The one error of this package: `code` for programs, `message` (what failed, on what, what to do) for people. */
export class FsAtomicError extends Error {
  override readonly name = 'FsAtomicError';
  readonly code: FsAtomicErrorCode;
  /** The path it is about, null where there is none. */
  readonly path: string | null;
  /** Paths that were already in place when the call failed; empty for most failures. */
  readonly published: readonly string[];

  constructor(code: FsAtomicErrorCode, message: string, details: FsAtomicErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.path = details.path ?? null;
    this.published = details.published ?? [];
  }
}

/**
 * The `code` of an error that node's file system calls threw (`ENOENT`, ...), also of one that an `FsAtomicError` tells of;
 * undefined for anything else.
 */
export function systemErrorCode(error: unknown): string | undefined {
  if (error instanceof FsAtomicError) return systemErrorCode(error.cause);
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** What was being done when a system call failed. */
export interface Attempt {
  /** A verb for the message: `publish`, `create the directory`. */
  readonly attempted: string;
  readonly path: string;
  /** Paths that are in place although the call failed. */
  readonly published?: readonly string[];
  /** The caller's signal: its reason is no failure of the file system and is handed back as it is. */
  readonly signal?: AbortSignal | undefined;
  /** Whose errors they are: the same code has other causes elsewhere. Default: this process's. */
  readonly platform?: NodeJS.Platform | undefined;
}

/**
 * Turns an error of a file system call into an `FsAtomicError` that names what was attempted and the next step.
 * Errors that are ours already are handed back as they are (with `published` added where that is new), and so
 * are errors without a system code, which are faults in a program.
 */
export function systemFailure(error: unknown, attempt: Attempt): unknown {
  return failure(error, attempt, (systemCode) => explain(systemCode, attempt.platform));
}

/**
 * As `systemFailure`, for a failed fsync. After one, the content may be lost in part although a second fsync
 * would report success (Linux drops the dirty pages and reports the error once: Rebello et al., "Can
 * Applications Recover from fsync Failures?", USENIX ATC '20), so it must not be repeated on the same file.
 * What was not flushed because it could not be opened says nothing of the disk, and is explained as anywhere else.
 */
export function syncFailure(error: unknown, attempt: Attempt): unknown {
  return failure(error, attempt, (systemCode) => {
    const explanation = explain(systemCode, attempt.platform);
    if (explanation.code === 'ERR_DISK_FULL' || wasNotOpened(error, explanation.code)) return explanation;
    return {
      code: 'ERR_SYNC_FAILED',
      what: 'the disk did not confirm that it is durable',
      next: 'Check the disk, then do the whole operation again.',
    };
  });
}

/** A disk that fails may also say so when a directory is opened (EIO): that is none of these. */
function wasNotOpened(error: unknown, code: FsAtomicErrorCode): boolean {
  if (code === 'ERR_TOO_MANY_OPEN_FILES') return true;
  return (
    code === 'ERR_ACCESS_DENIED' && error instanceof Error && 'syscall' in error && error.syscall === 'open'
  );
}

/** Wrong use of the API: thrown at once, names the argument and what is allowed. */
export function invalidArgument(message: string, path?: string): FsAtomicError {
  return new FsAtomicError('ERR_INVALID_ARGUMENT', message, path === undefined ? {} : { path });
}

function failure(
  error: unknown,
  { attempted, path, published = [], signal }: Attempt,
  explanation: (systemCode: string) => Explanation,
): unknown {
  if (signal?.aborted === true && error === signal.reason) return error;
  const inPlace =
    published.length === 0 ? '' : ` ${published.length} file(s) are in place already; see \`published\`.`;
  const details = { path, cause: error, published };
  if (error instanceof FsAtomicError) {
    if (published.length === 0) return error;
    return new FsAtomicError(
      error.code,
      `Could not ${attempted} ${path}: ${error.message}${inPlace}`,
      details,
    );
  }
  const systemCode = systemErrorCode(error);
  if (systemCode === undefined) return error;
  const { code, what, next } = explanation(systemCode);
  // node's own message names the call and its path, which may be that of a temporary file.
  const system = error instanceof Error && error.message !== '' ? error.message : systemCode;
  return new FsAtomicError(
    code,
    `Could not ${attempted} ${path}: ${what} (${system}).${inPlace} ${next}`,
    details,
  );
}

interface Explanation {
  readonly code: FsAtomicErrorCode;
  readonly what: string;
  readonly next: string;
}

const diskFull: Explanation = {
  code: 'ERR_DISK_FULL',
  what: 'the disk or the quota is full',
  next: 'Free some space, then try again.',
};
const accessDenied: Explanation = {
  code: 'ERR_ACCESS_DENIED',
  what: 'the system does not permit it',
  next: 'Check owner and permissions of the directory, and that it is not mounted read-only.',
};
/** A sharing violation on Windows, where it passes, mostly: see `retryWhileBusy`. Elsewhere a mount, say. */
const inUse: Explanation = {
  code: 'ERR_ACCESS_DENIED',
  what: 'it is in use',
  next: 'Close the program that has it open, or unmount what is mounted there; keep virus scanners and backups out of the directory.',
};
/** Windows says the same of a file that may not be touched and of one that somebody has open. */
const deniedOrInUse: Explanation = {
  code: 'ERR_ACCESS_DENIED',
  what: 'the system does not permit it, or another program has it open',
  next: 'Close the program that has it open, keep virus scanners and backups out of the directory, and check who may write there.',
};
const tooManyOpenFiles: Explanation = {
  code: 'ERR_TOO_MANY_OPEN_FILES',
  what: 'too many files are open',
  next: 'Close some, or raise the limit (`ulimit -n`).',
};

const explanations: Readonly<Record<string, Explanation>> = {
  ENOSPC: diskFull,
  EDQUOT: diskFull,
  EACCES: accessDenied,
  EPERM: accessDenied,
  EROFS: accessDenied,
  EBUSY: inUse,
  EMFILE: tooManyOpenFiles,
  ENFILE: tooManyOpenFiles,
  EEXIST: {
    code: 'ERR_ALREADY_EXISTS',
    what: 'there is something of that name',
    next: 'Choose another name, or remove it first.',
  },
  ENOTDIR: {
    code: 'ERR_NOT_A_DIRECTORY',
    what: 'something in the path is not a directory',
    next: 'Move what is in the way, or choose another path.',
  },
  EXDEV: {
    code: 'ERR_IO',
    what: 'the two places are on different file systems',
    next: 'Both must be on one, also the directory for temporary files: unmount what is mounted between them, or choose another place.',
  },
};

function explain(systemCode: string, platform: NodeJS.Platform = process.platform): Explanation {
  if (platform === 'win32' && (systemCode === 'EPERM' || systemCode === 'EACCES')) return deniedOrInUse;
  if (systemCode.startsWith('ERR_INVALID_ARG')) {
    return {
      code: 'ERR_INVALID_ARGUMENT',
      what: 'the path is not valid',
      next: 'Pass a non-empty path without NUL.',
    };
  }
  return (
    explanations[systemCode] ?? {
      code: 'ERR_IO',
      what: 'the file system failed',
      next: 'Check the disk and the path.',
    }
  );
}
