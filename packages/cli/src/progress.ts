import { Writable } from 'node:stream';
import { safe } from './render/safe-text.ts';
import type { CommandContext } from './session.ts';

/** Something that takes long and says how far it is; ends its bar when it is disposed of. */
export interface Progress extends Disposable {
  /** So many more are done; 1 by default. */
  advance(by?: number): void;
  /** What stands in the place of the time that is left, where that was asked for. */
  say(what: string): void;
}

/** How a bar is shown. */
export interface ProgressOptions {
  /** What is said instead of the time that is left: nobody knows when what is waited for comes. */
  readonly instead?: string;
}

/** What is left is told by so many steps: as fast as they come in bursts of a hundred, the last few took no time. */
const ETA_STEPS = 500;
/** Narrower bars show nothing, wider ones nothing more. */
const BAR_COLUMNS = 24;

/**
 * Shows at once, below what the command prints, how much of `total` is done; with null, which is for what nobody counted
 * beforehand, only how much is. A bar is there for a person who waits: on a terminal, and not with `--quiet` or `--json`;
 * elsewhere this does nothing. Lines that are told through the {@link Output} meanwhile go above it.
 *
 *     using progress = await showProgress(context, 'replaying', letters.length);
 */
export async function showProgress(
  { io, output }: Pick<CommandContext, 'io' | 'output'>,
  label: string,
  total: number | null,
  { instead }: ProgressOptions = {},
): Promise<Progress> {
  if (!io.stderr.isTerminal || output.quiet || output.json) {
    return { advance: () => undefined, say: () => undefined, [Symbol.dispose]: () => undefined };
  }
  const { SingleBar } = await import('cli-progress');
  const bar = new SingleBar({
    stream: terminalStream((text) => io.stderr.write(text), output.columns),
    format: String(
      total === null
        ? safe`${label} {value}`
        : safe`${label} [{bar}] {percentage}%  {value}/{total}  ${instead === undefined ? '{eta_formatted} left' : '{said}'}`,
    ),
    barsize: BAR_COLUMNS,
    etaBuffer: ETA_STEPS,
    barCompleteChar: '#',
    barIncompleteChar: '.',
    clearOnComplete: true,
    linewrap: true, // Else the terminal's own wrapping would stay off when the process is killed.
    forceRedraw: true, // A line may have been told in its place.
  });
  output.status(null);
  bar.start(total ?? 0, 0, { said: instead ?? '' });
  output.bar = true;
  return {
    advance: (by = 1) => bar.increment(by),
    say: (said) => bar.update({ said: String(safe`${said}`) }),
    [Symbol.dispose]: () => {
      bar.stop();
      output.bar = false;
    },
  };
}

/** What a bar draws on. Its first and last wish, to keep and restore the cursor's place, would undo lines that were told meanwhile. */
function terminalStream(write: (text: string) => void, columns: number): NodeJS.WritableStream {
  const stream = new Writable({
    decodeStrings: false,
    write: (text: string, _encoding, done) => {
      if (text !== '\u001b7' && text !== '\u001b8') write(text);
      done();
    },
  });
  return Object.assign(stream, { isTTY: true, columns });
}
