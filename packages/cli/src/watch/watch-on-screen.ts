import type { Queue } from '@tapps-agents/queue';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import type { Terminal } from '../io.ts';
import { pauseUnlessAborted } from '../long-timer.ts';
import { counted, were } from '../render/counted.ts';
import { layoutOf } from '../session.ts';
import type { CommandContext } from '../session.ts';
import { ScreenModel } from './screen-model.ts';
import type { UnfinishedReplay } from './screen-replay.ts';
import { Watcher } from './watcher.ts';

/**
 * Shows a live screen until `q` (which is success, unless a replay was under way) or an interrupt. When this settles, the terminal is
 * as it was before, and nothing that a key began goes on.
 */
export async function watchOnScreen(
  context: CommandContext,
  queue: Queue,
  terminal: Terminal,
  interval_ms: number,
): Promise<ExitCode> {
  const { io, output, root } = context;
  const quit = new AbortController();
  const interrupt = new AbortController();
  const ended = AbortSignal.any([quit.signal, interrupt.signal, io.interrupts.first]);
  // React's development build keeps a record of every rendering in node's performance timeline, which never ends here.
  process.env['NODE_ENV'] ??= 'production';
  const { openScreen } = await import('./terminal-screen.tsx');
  const columns = (): number => terminal.stdout.columns - 1;
  const model = new ScreenModel(queue, () => ({
    ...layoutOf(context),
    columns: columns(),
    now_ms: io.now(),
  }));
  output.status(null);
  const end = (how: 'quit' | 'interrupt'): void => (how === 'quit' ? quit : interrupt).abort();
  {
    using _screen = openScreen(model, { terminal, style: output.style, root: root.shown, end });
    await lookUntil(ended, new Watcher(queue, io.now), model, io.now, interval_ms);
  }
  const unfinished = await model.end();
  if (unfinished !== null) throw notThrough(unfinished, quit.signal.aborted, context.program);
  if (quit.signal.aborted) return ExitCode.ok;
  throw new CliError('ERR_INTERRUPTED', 'Interrupted.');
}

/** What there is to say of a replay that was under way when the screen was left. */
export function notThrough(
  { id, replayed, total }: UnfinishedReplay,
  hasQuit: boolean,
  program: string,
): CliError {
  return new CliError(
    hasQuit ? 'ERR_PARTLY_DONE' : 'ERR_INTERRUPTED',
    `${hasQuit ? 'A replay was under way' : 'Interrupted during a replay'}; of ${counted(total, 'message')} ${were(replayed)} replayed, nothing is half done.`,
    { next: `${program} replay --resume ${id} --yes` },
  );
}

/** A look, a pause, a look; what fails is told, and tried again. */
async function lookUntil(
  ended: AbortSignal,
  watcher: Watcher,
  model: ScreenModel,
  now: () => number,
  interval_ms: number,
): Promise<void> {
  while (!ended.aborted) {
    try {
      model.show(await watcher.look(model.state.filter), now());
    } catch (error) {
      model.fail(error);
    }
    await pauseUnlessAborted(interval_ms, ended);
  }
}
