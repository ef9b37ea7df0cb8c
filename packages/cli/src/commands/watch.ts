import { CliError } from '../cli-error.ts';
import { durationOption } from '../options/duration-option.ts';
import type { ExitCode } from '../exit-code.ts';
import { openToAct } from '../session.ts';
import type { CommandContext } from '../session.ts';
import type { Command } from './command.ts';

/** `watch`: a live screen on a terminal, JSON lines in a pipe. Changes nothing, unless a key asks for it. */
export const watch: Command = {
  name: 'watch',
  options: ['interval'],
  add: (parser, session) =>
    parser.command(
      'watch',
      'Watch it live: a screen with keys on a terminal, one JSON document a line in a pipe',
      (options) =>
        options
          .option('interval', {
            type: 'string',
            requiresArg: true,
            default: '1s',
            describe: 'Between two looks, such as 500ms, 1s or 1m',
          })
          .example('$0 watch', 'A live screen; ? shows its keys, q quits')
          .example('$0 watch | jq -c "select(.event == \\"died\\")"', 'What dies, as it dies'),
      ({ interval, ...options }) => session.actGracefully(options, (context) => watchAll(context, interval)),
    ),
};

/** Looking more often would be nothing but work. */
const LEAST_INTERVAL_MS = 100;

async function watchAll(context: CommandContext, interval: string): Promise<ExitCode> {
  const { io, output } = context;
  const { toMilliseconds } = await import('@tapps-agents/queue');
  const interval_ms = toMilliseconds(durationOption(interval, '--interval'), '--interval');
  if (interval_ms < LEAST_INTERVAL_MS)
    throw new CliError('ERR_USAGE', `--interval needs at least ${LEAST_INTERVAL_MS}ms; got ${interval}.`);
  await using queue = await openToAct(context);
  if (io.terminal === undefined || output.json) {
    const { watchInLines } = await import('../watch/watch-lines.ts');
    return await watchInLines(context, queue, interval_ms);
  }
  const { watchOnScreen } = await import('../watch/watch-on-screen.ts');
  return await watchOnScreen(context, queue, io.terminal, interval_ms);
}
