import type { ReasonCode } from '@tapps-agents/contracts';
import type { ReplayFilter } from '@tapps-agents/queue';
import { CliError } from '../cli-error.ts';
import { pointInTime } from './point-in-time.ts';
import { nearest } from '../suggest.ts';
import { wholeNumber } from './whole-number.ts';

/** Why messages die; spelled out here because loading contracts for the help would cost its start-up. */
const REASON_CODES: Readonly<Record<ReasonCode, true>> = {
  unreadable: true,
  too_large: true,
  not_utf8: true,
  not_json: true,
  too_deep: true,
  invalid_schema: true,
  unsupported_version: true,
  unknown_type: true,
  expired: true,
  misrouted: true,
  rejected: true,
  exhausted: true,
};

/** Every reason code, for completion. */
export function reasonCodes(): readonly string[] {
  return Object.keys(REASON_CODES);
}

/** The options that choose messages; all that are given must hold. */
export const FILTER_OPTIONS = {
  agent: { type: 'string', requiresArg: true, describe: 'Of this agent’s boxes' },
  workflow: { type: 'string', requiresArg: true, describe: 'Of this workflow' },
  task: { type: 'string', requiresArg: true, describe: 'Of this task' },
  type: { type: 'string', requiresArg: true, describe: 'Of this message type, e.g. task_assignment' },
  reason: {
    type: 'string',
    requiresArg: true,
    describe: 'That died of this, e.g. exhausted or invalid_schema',
  },
  id: {
    type: 'string',
    requiresArg: true,
    describe: 'With this id, as it is listed; where none has it, beginning like it',
  },
  before: {
    type: 'string',
    requiresArg: true,
    describe: 'Before a date (2026-01-09, …T12:30Z), or longer ago than 2h, 7d',
  },
  after: { type: 'string', requiresArg: true, describe: 'After a date, or less long ago than 2h, 7d' },
  limit: { type: 'string', requiresArg: true, describe: 'At most this many' },
} as const;

/** What yargs makes of {@link FILTER_OPTIONS}. */
export type FilterArguments = { readonly [Name in keyof typeof FILTER_OPTIONS]?: string | undefined };

/** The filter that the options ask for. @throws CliError `ERR_USAGE` for values that cannot be meant. */
export function filterFrom(options: FilterArguments, now_ms: number): ReplayFilter {
  const { agent, workflow, task, type, reason, id, before, after, limit } = options;
  return {
    ...(agent !== undefined && { agentId: agent }),
    ...(workflow !== undefined && { workflowId: workflow }),
    ...(task !== undefined && { taskId: task }),
    ...(type !== undefined && { messageType: type }),
    ...(reason !== undefined && { code: reasonCode(reason) }),
    ...(id !== undefined && { id }),
    ...(before !== undefined && { before_ms: pointInTime(before, '--before', now_ms) }),
    ...(after !== undefined && { after_ms: pointInTime(after, '--after', now_ms) }),
    ...(limit !== undefined && { limit: wholeNumber(limit, '--limit', { least: 1, most: 1_000_000_000 }) }),
  };
}

function reasonCode(text: string): ReasonCode {
  if (isReasonCode(text)) return text;
  const known = reasonCodes();
  const suggestion = nearest(text, known);
  throw new CliError(
    'ERR_USAGE',
    `--reason needs one of ${known.join(', ')}; got ${JSON.stringify(text)}.` +
      (suggestion === undefined ? '' : ` Did you mean ${suggestion}?`),
  );
}

function isReasonCode(text: string): text is ReasonCode {
  return Object.hasOwn(REASON_CODES, text);
}
