import { durationOption } from '../options/duration-option.ts';
import { HANDLE, settleDelivery } from '../by-hand/settle-delivery.ts';
import type { Command } from './command.ts';

const OPTIONS = {
  delay: {
    type: 'string',
    requiresArg: true,
    describe: 'Not to be tried again before this has passed, e.g. 30s (default: by its retry_policy)',
  },
  error: { type: 'string', requiresArg: true, describe: 'What failed, for the message’s history' },
} as const;

/** `retry HANDLE`: a received message failed. It goes back, or to the dead letters where its policy allows no more. */
export const retry: Command = {
  name: 'retry',
  options: Object.keys(OPTIONS),
  add: (parser, session) =>
    parser.command(
      'retry <handle>',
      'Hand a received message back as failed, to be tried again as often as its retry_policy allows',
      (options) =>
        options
          .positional('handle', HANDLE)
          .options(OPTIONS)
          .example('$0 retry "$handle" --error "the build server is down"', 'As its policy says')
          .example('$0 retry "$handle" --delay 10m', 'In ten minutes'),
      ({ handle, delay, error, ...options }) =>
        session.act(options, (context) => {
          const after = delay === undefined ? {} : { delay: durationOption(delay, '--delay') };
          return settleDelivery(context, handle, 'retried', (delivery) =>
            delivery.retry({ ...after, error: failure(error ?? 'It was handed back by hand, as failed.') }),
          );
        }),
    ),
};

/** A stack of this program would say nothing of what failed. */
function failure(text: string): Error {
  const error = new Error(text);
  delete error.stack;
  return error;
}
