import { ExitCode } from './exit-code.ts';

/** What the cli itself finds wrong, as a stable code; those of the queue and of contracts pass through unchanged. */
export type CliErrorCode =
  | 'ERR_USAGE'
  | 'ERR_NOTHING_MATCHED'
  | 'ERR_UNKNOWN_AGENT'
  | 'ERR_INPUT_UNREADABLE'
  | 'ERR_NOT_A_MESSAGE'
  | 'ERR_INVALID_RESULT'
  | 'ERR_COMMAND_NOT_STARTED'
  | 'ERR_COMMAND_FAILED'
  | 'ERR_EDITOR_FAILED'
  | 'ERR_BUSY'
  | 'ERR_FILE_EXISTS'
  | 'ERR_ARCHIVE_DAMAGED'
  | 'ERR_NOT_DRAINED'
  | 'ERR_NOT_CONFIRMED'
  | 'ERR_PARTLY_DONE'
  | 'ERR_READER_LEFT'
  | 'ERR_NOT_REPLAYED'
  | 'ERR_INTERRUPTED';

const EXIT_CODES: Readonly<Record<CliErrorCode, ExitCode>> = {
  ERR_USAGE: ExitCode.usage,
  ERR_NOTHING_MATCHED: ExitCode.nothingMatched,
  ERR_UNKNOWN_AGENT: ExitCode.failure,
  ERR_INPUT_UNREADABLE: ExitCode.failure,
  ERR_NOT_A_MESSAGE: ExitCode.failure,
  ERR_INVALID_RESULT: ExitCode.failure,
  ERR_COMMAND_NOT_STARTED: ExitCode.failure,
  ERR_COMMAND_FAILED: ExitCode.failure,
  ERR_EDITOR_FAILED: ExitCode.failure,
  ERR_BUSY: ExitCode.failure,
  ERR_FILE_EXISTS: ExitCode.failure,
  ERR_ARCHIVE_DAMAGED: ExitCode.failure,
  ERR_NOT_DRAINED: ExitCode.partlyDone,
  ERR_NOT_CONFIRMED: ExitCode.failure,
  ERR_PARTLY_DONE: ExitCode.partlyDone,
  ERR_READER_LEFT: ExitCode.failure,
  ERR_NOT_REPLAYED: ExitCode.failure,
  ERR_INTERRUPTED: ExitCode.interrupted,
};

/** Every error that this package makes: what failed and on what; `next` is the command or deed that helps. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;
  readonly exitCode: ExitCode;
  readonly next: string | undefined;
  /** The agent that it is about, for what to do next. */
  readonly agentId: string | undefined;

  constructor(
    code: CliErrorCode,
    message: string,
    options: { readonly next?: string; readonly agentId?: string; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.exitCode = EXIT_CODES[code];
    this.next = options.next;
    this.agentId = options.agentId;
  }
}
