import { durationOption } from '../options/duration-option.ts';
import { HANDLE, settleDelivery } from '../by-hand/settle-delivery.ts';
import type { Command } from './command.ts';

const OPTIONS = {
  delay: {
    type: 'string',
    requiresArg: true,
    default: '0ms',
    describe: 'Not to be handed out before this has passed, e.g. 30m',
  },
} as const;

/** `snooze HANDLE`: hands a received message back without blame. */
export const snooze: Command = {
  name: 'snooze',
  options: Object.keys(OPTIONS),
  add: (parser, session) =>
    parser.command(
      'snooze <handle>',
      'Hand a received message back without blame, at once or for later',
      (options) =>
        options
          .positional('handle', HANDLE)
          .options(OPTIONS)
          .example('$0 snooze "$handle"', 'Somebody else may have it')
          .example('$0 snooze "$handle" --delay 1h', 'In an hour'),
      ({ handle, delay, ...options }) =>
        session.act(options, (context) => {
          const duration = durationOption(delay, '--delay');
          return settleDelivery(context, handle, 'snoozed', (delivery) => delivery.snooze(duration));
        }),
    ),
};
