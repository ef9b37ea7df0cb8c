import type { Queue } from '@tapps-agents/queue';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import type { Terminal } from '../io.ts';
import { pauseUnlessAborted } from '../long-timer.ts';
import { layoutOf } from '../session.ts';
import type { CommandContext } from '../session.ts';
import { ScreenModel } from './screen-model.ts';
import { Watcher } from './watcher.ts';

/** Shows a live screen until `q` (which is success) or an interrupt. The terminal is as it was before when this settles. */
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
  if (quit.signal.aborted) return ExitCode.ok;
  throw new CliError('ERR_INTERRUPTED', 'Interrupted.');
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
