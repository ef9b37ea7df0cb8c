import { HANDLE, settleDelivery } from '../by-hand/settle-delivery.ts';
import type { Command } from './command.ts';

const OPTIONS = {
  reason: { type: 'string', requiresArg: true, demandOption: true, describe: 'Why nobody can handle it' },
} as const;

/** `reject HANDLE`: a received message can never be handled; it becomes a dead letter, and a task is answered as failed. */
export const reject: Command = {
  name: 'reject',
  options: Object.keys(OPTIONS),
  add: (parser, session) =>
    parser.command(
      'reject <handle>',
      'Give a received message up: it becomes a dead letter, and a task is answered as failed',
      (options) =>
        options
          .positional('handle', HANDLE)
          .options(OPTIONS)
          .example('$0 reject "$handle" --reason "there is no such file"', 'It can never be done'),
      ({ handle, reason, ...options }) =>
        session.act(options, (context) =>
          settleDelivery(context, handle, 'dead', (delivery) => delivery.reject(reason)),
        ),
    ),
};
