import { durationOption } from '../options/duration-option.ts';
import { DEFAULT_HAND_LEASE } from '../by-hand/hand-lease.ts';
import { HANDLE, settleDelivery } from '../by-hand/settle-delivery.ts';
import { age } from '../render/age.ts';
import { safe } from '../render/safe-text.ts';
import type { Command } from './command.ts';

const OPTIONS = {
  lease: {
    type: 'string',
    requiresArg: true,
    default: DEFAULT_HAND_LEASE,
    describe: 'How long it is held from now on',
  },
} as const;

/** `renew HANDLE`: a received message needs more time. */
export const renew: Command = {
  name: 'renew',
  options: Object.keys(OPTIONS),
  add: (parser, session) =>
    parser.command(
      'renew <handle>',
      'Keep a received message for longer',
      (options) =>
        options
          .positional('handle', HANDLE)
          .options(OPTIONS)
          .example('$0 renew "$handle" --lease 1h', 'It takes another hour'),
      ({ handle, lease, ...options }) =>
        session.act(options, async (context) => {
          const { toMilliseconds } = await import('@tapps-agents/queue');
          const lease_ms = toMilliseconds(durationOption(lease, '--lease'), '--lease');
          const renewed = await settleDelivery(context, handle, 'renewed', (delivery) =>
            delivery.renew(lease_ms),
          );
          const { output, program } = context;
          output.remark(
            safe`after ${age(lease_ms)} it goes back by itself; next: ${program} ack HANDLE   (or renew again)`,
          );
          return renewed;
        }),
    ),
};
