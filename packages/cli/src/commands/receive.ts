import { durationOption } from '../options/duration-option.ts';
import { DEFAULT_HAND_LEASE } from '../by-hand/hand-lease.ts';
import { wholeNumber } from '../options/whole-number.ts';
import type { Command } from './command.ts';

const OPTIONS = {
  agent: { type: 'string', requiresArg: true, demandOption: true, describe: 'From whose inbox' },
  outbox: {
    type: 'boolean',
    default: false,
    describe: 'From its outbox: what it wrote, and nobody has collected',
  },
  lease: {
    type: 'string',
    requiresArg: true,
    default: DEFAULT_HAND_LEASE,
    describe: 'How long it is held; after that it goes back',
  },
  type: {
    type: 'string',
    requiresArg: true,
    describe: 'Only this type: task_assignment, status_update or task_complete',
  },
  wait: {
    type: 'string',
    requiresArg: true,
    default: '0ms',
    describe: 'How long to wait for a message, e.g. 30s',
  },
  count: { type: 'string', requiresArg: true, default: '1', describe: 'At most this many' },
} as const;

/** Messages that one call takes at most: each has an owner of its own. */
const MOST_AT_ONCE = 1_000;

/** `receive --agent A`: takes messages by hand, out of its inbox or its outbox; each stays leased, for whoever has its handle, when this process has ended. */
export const receive: Command = {
  name: 'receive',
  options: Object.keys(OPTIONS),
  add: (parser, session) =>
    parser.command(
      'receive',
      'Take a message by hand; it is held until ack, retry, reject or snooze, or until its lease is over',
      (options) =>
        options
          .options(OPTIONS)
          .example('$0 receive --agent coder', 'The next message, and its handle')
          .example(
            'handle=$($0 receive --agent coder --wait 5m --json | jq -r .handle)',
            'In a script: wait for one',
          )
          .example('$0 receive --agent lead --type task_complete --count 10', 'Up to ten answers')
          .example('$0 receive --agent coder --outbox', 'What coder wrote first, where nobody collects it'),
      ({ agent, outbox, lease, type, wait, count, ...options }) =>
        session.actGracefully(options, async (context) => {
          const { toMilliseconds } = await import('@tapps-agents/queue');
          const request = {
            agent,
            outbox,
            type,
            lease_ms: toMilliseconds(durationOption(lease, '--lease'), '--lease'),
            wait_ms: toMilliseconds(durationOption(wait, '--wait'), '--wait'),
            count: wholeNumber(count, '--count', { least: 1, most: MOST_AT_ONCE }),
          };
          const { receiveByHand } = await import('../by-hand/receive-by-hand.ts');
          return await receiveByHand(context, request);
        }),
    ),
};
