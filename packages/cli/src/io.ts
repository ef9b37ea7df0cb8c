/** Where text goes: a terminal, a pipe, or a test's list. */
export interface TextSink {
  readonly isTerminal: boolean;
  write(text: string): void;
  /** Settles once what was written so far is on its way, so that a long listing does not pile up in memory. */
  drained(): Promise<void>;
}

/** Everything that a command line program has of the world outside, so that tests can hand in their own. */
export interface Io {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The width of the terminal; undefined where standard output is none. */
  readonly columns: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly interrupts: Interrupts;
  /** Aborts where whoever read standard output has left (`tapps-mq dlq | head`); undefined where nobody can. */
  readonly readerLeft?: AbortSignal | undefined;
  /** For a screen with keys; undefined where standard input or output is no terminal. */
  readonly terminal?: Terminal | undefined;
  /**
   * Asks the person at the terminal, on standard error, and resolves with the line that was typed, or null at the end of the
   * input (Ctrl-D), or as soon as `interrupts.first` aborts, as Ctrl-C makes it. Undefined where standard input or error is no terminal.
   */
  readonly ask?: ((question: string) => Promise<string | null>) | undefined;
}

/** A terminal to read keys from and to draw on. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
}

/** SIGINT and SIGTERM, as signals to listen to. */
export interface Interrupts {
  /** The first: finish what is in hand, then end. */
  readonly first: AbortSignal;
  /** The second: end now, leaving everything consistent. */
  readonly second: AbortSignal;
}

/** Why `first` aborts where no signal came: standard output cannot be written, as the disk that it goes to is full, say. */
export const OUTPUT_FAILED = 'the output could not be written';

/**
 * Aborts where whoever only looks may end: on an interrupt, and where nobody reads what it finds. Whoever acts listens to
 * `interrupts.first` alone: to act was asked for, and is not half done because only the report of it has lost its reader.
 */
export function lookSignal({ interrupts, readerLeft }: Pick<Io, 'interrupts' | 'readerLeft'>): AbortSignal {
  return readerLeft === undefined ? interrupts.first : AbortSignal.any([interrupts.first, readerLeft]);
}

/** The width that output is laid out for where it is not a terminal's. */
export const DEFAULT_COLUMNS = 100;
