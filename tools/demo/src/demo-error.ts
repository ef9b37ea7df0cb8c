/** Why the demo cannot go on: `usage` for what the caller asked, `failed` for what happened on the way. */
export type DemoErrorCode =
  | 'ERR_USAGE'
  | 'ERR_AGENT_DIED'
  | 'ERR_TIMEOUT'
  | 'ERR_INTERRUPTED'
  | 'ERR_UNEXPECTED';

/** The one error class of the demo; its message is shown as it stands. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
  readonly code: DemoErrorCode;

  constructor(code: DemoErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
