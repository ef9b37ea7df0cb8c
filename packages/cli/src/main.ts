#!/usr/bin/env node
import { setImmediate } from 'node:timers/promises';
import { OUTPUT_FAILED } from './io.ts';
import type { Io, TextSink } from './io.ts';
import { StartingLine, wantsStartingLine } from './starting-line.ts';
import { asksForVersion, tellVersion } from './version.ts';

/**
 * The program: connects the command line to this process. The one place that ends it.
 *
 * The first SIGINT or SIGTERM asks a command to end, the second to end at once, the third does not ask.
 */
const first = new AbortController();
const second = new AbortController();
const INTERRUPTED = 130;

const readerLeft = new AbortController();
/** Standard output could not be written. */
let outputFailed = false;

function interrupt(): void {
  if (!first.signal.aborted) first.abort();
  else if (!second.signal.aborted) second.abort();
  else process.exit(INTERRUPTED);
}

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);

const argv = process.argv.slice(2);
const starting = new StartingLine(process.stderr);
const io: Io = {
  stdout: sinkOf(process.stdout),
  stderr: sinkOf(process.stderr),
  stdin: process.stdin,
  env: process.env,
  cwd: process.cwd(),
  columns: process.stdout.columns,
  now: Date.now,
  interrupts: { first: first.signal, second: second.signal },
  readerLeft: readerLeft.signal,
  terminal: process.stdin.isTTY && process.stdout.isTTY ? process : undefined,
  ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
};
if (!asksForVersion(argv) && wantsStartingLine(argv, process)) starting.show();
// The version is told before all else is loaded.
const exitCode = asksForVersion(argv)
  ? tellVersion(io)
  : await import('./cli.ts').then(({ run }) => run(argv, io));
starting.wipe();
await Promise.all([drained(process.stdout), drained(process.stderr)]);
await setImmediate(); // A stream tells of its error only after it has answered the write.
process.exit(outputFailed ? 1 : exitCode);

function sinkOf(stream: NodeJS.WriteStream): TextSink {
  let isOpen = true;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (stream === process.stderr) {
      // Remarks are no part of what was asked for: a log on a full disk stops no worker, and goes on once there is room.
      isOpen &&= error.code !== 'EPIPE';
      return;
    }
    isOpen = false;
    if (error.code === 'EPIPE') {
      readerLeft.abort();
      return;
    }
    if (!outputFailed) {
      // A full disk, say: what was asked for is not there, whatever else went well.
      outputFailed = true;
      const why = error.code ?? error.message;
      process.stderr.write(
        `tapps-mq: The output could not be written (${why}).\n  next: make room, or write it elsewhere, and run it again\n`,
      );
    }
    first.abort(OUTPUT_FAILED);
  });
  return {
    isTerminal: stream.isTTY,
    write: (text) => {
      starting.wipe();
      if (isOpen) stream.write(text);
    },
    drained: () => (isOpen ? drained(stream) : Promise.resolve()),
  };
}

/**
 * Asks the person at the terminal; null once interrupted. The line editor reads Ctrl-C as a key, so it is passed on by hand; a signal
 * from elsewhere finds it waiting for a line that may never come.
 */
async function ask(question: string): Promise<string | null> {
  const { createInterface } = await import('node:readline'); // Most commands ask nothing.
  if (first.signal.aborted) return null;
  const line = createInterface({ input: process.stdin, output: process.stderr });
  return await new Promise((resolve) => {
    let answer: string | null = null;
    const end = (): void => {
      process.stderr.write('\n');
      line.close();
    };
    first.signal.addEventListener('abort', end, { once: true });
    line.once('SIGINT', interrupt);
    line.once('close', () => {
      first.signal.removeEventListener('abort', end);
      resolve(answer);
    });
    line.question(question, (text) => {
      answer = text;
      line.close();
    });
  });
}

/** Settles when everything written has been handed to the operating system, or can never be. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableLength === 0 || stream.destroyed) resolve();
    else stream.write('', () => resolve());
  });
}
