import type { Queue } from '@tapps-agents/queue';
import { CliError } from '../cli-error.ts';
import { lookSignal } from '../io.ts';
import { snapshotJson, watchEventJson } from '../json/watch.ts';
import { pauseUnlessAborted } from '../long-timer.ts';
import { terminalSafeJson } from '../render/safe-text.ts';
import type { CommandContext } from '../session.ts';
import { Watcher } from './watcher.ts';

/** So many looks lie between two snapshots; what happens in between is told by events. */
const LOOKS_PER_SNAPSHOT = 30;

/** Writes a JSON document a line, until interrupted: snapshots from time to time, and events as they are seen. */
export async function watchInLines(
  context: CommandContext,
  queue: Queue,
  interval_ms: number,
): Promise<never> {
  const { io, program } = context;
  const ended = lookSignal(io);
  const watcher = new Watcher(queue, io.now);
  const write = (document: object): void => io.stdout.write(`${terminalSafeJson(document)}\n`);
  for (let looks = 0; !ended.aborted; looks = (looks + 1) % LOOKS_PER_SNAPSHOT) {
    const { inspection, events } = await watcher.look();
    for (const one of events) write(watchEventJson(one));
    if (looks === 0) write(snapshotJson(inspection, program, io.now()));
    await io.stdout.drained(); // A reader that is slow makes it slow, and no lines pile up.
    await pauseUnlessAborted(interval_ms, ended);
  }
  throw new CliError('ERR_INTERRUPTED', 'Interrupted.');
}
