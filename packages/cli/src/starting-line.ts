/**
 * A line that stands on a terminal from the first moment until there is something else to read: to load what a command needs takes
 * longer than a person takes to wonder whether anything happens.
 */
export class StartingLine {
  readonly #stream: Pick<NodeJS.WriteStream, 'write'>;
  #stands = false;

  constructor(stream: Pick<NodeJS.WriteStream, 'write'>) {
    this.#stream = stream;
  }

  show(): void {
    this.#stream.write('starting …');
    this.#stands = true;
  }

  /** Wipes it away, if it stands there. To be called before anything else is written to the terminal, and at the end. */
  wipe(): void {
    if (!this.#stands) return;
    this.#stands = false;
    this.#stream.write('\r\u001b[K');
  }
}

/** Whether somebody sees it: both streams are a terminal that knows how to wipe a line, and nothing but data was not asked for. */
export function wantsStartingLine(
  argv: readonly string[],
  { stdout, stderr, env }: Pick<NodeJS.Process, 'stdout' | 'stderr' | 'env'>,
): boolean {
  if (!stdout.isTTY || !stderr.isTTY || env['TERM'] === 'dumb') return false;
  const end = argv.indexOf('--exec');
  const own = end < 0 ? argv : argv.slice(0, end);
  return !own.some((word) => word === '--json' || word === '--quiet' || /^-[a-zA-Z]*q/.test(word));
}
