/** What can go wrong, as a stable code. The README's table says what to do about each. */
export type QueueErrorCode =
  | 'ERR_NOT_A_MESSAGES_DIRECTORY'
  | 'ERR_ROOT_UNUSABLE'
  | 'ERR_LAYOUT_TOO_NEW'
  | 'ERR_UNKNOWN_AGENT'
  | 'ERR_AGENT_NAME_TAKEN'
  | 'ERR_INVALID_OPTION'
  | 'ERR_INVALID_MESSAGE'
  | 'ERR_LEASE_LOST'
  | 'ERR_SETTLED'
  | 'ERR_HANDLER_TIMEOUT'
  | 'ERR_TIMEOUT'
  | 'ERR_CLOSED'
  | 'ERR_AMBIGUOUS_ID'
  | 'ERR_NOT_FOUND'
  | 'ERR_RETENTION_INCOMPLETE';

/** What a {@link QueueError} concerns. */
export interface QueueErrorContext {
  readonly path?: string;
  readonly messageId?: string;
  readonly agentId?: string;
  readonly cause?: unknown;
}

/** Every error this package makes. The message says what failed, on what, and what to do next. */
export class QueueError extends Error {
  override readonly name = 'QueueError';
  readonly code: QueueErrorCode;
  readonly path: string | undefined;
  readonly messageId: string | undefined;
  readonly agentId: string | undefined;

  constructor(code: QueueErrorCode, message: string, context: QueueErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.code = code;
    this.path = context.path;
    this.messageId = context.messageId;
    this.agentId = context.agentId;
  }
}
