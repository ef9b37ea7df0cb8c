import { FsAtomicError } from '@tapps-agents/fs-atomic';

/**
 * A message was settled, and nobody holds it any more; only what makes that last could not be done, such as the flush of its new place.
 * Not to be tried again: there is nothing left to settle. It has the code and the cause of what failed.
 */
export class SettledInDoubt extends FsAtomicError {
  /** Where the message is now. */
  readonly entryId: string;

  constructor(
    message: string,
    failure: FsAtomicError,
    at: { readonly entryId: string; readonly path: string },
  ) {
    super(failure.code, message, { path: at.path, cause: failure.cause, published: [at.path] });
    this.entryId = at.entryId;
  }
}

/** To be given to `catch` of a settling: the doubt in which it is done. Any other failure is thrown on. */
export function doubtIn(error: unknown): SettledInDoubt {
  if (error instanceof SettledInDoubt) return error;
  throw error;
}
