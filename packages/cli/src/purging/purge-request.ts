import type { Box, PurgeOptions } from '@tapps-agents/queue';
import { CliError } from '../cli-error.ts';
import { filterFrom } from '../options/filter-options.ts';
import type { FilterArguments } from '../options/filter-options.ts';

/** Which messages are to be removed. */
export type PurgeRequest = Pick<PurgeOptions, 'box' | 'state' | 'filter'>;

/** What is said on the command line of which messages are meant. */
export type PurgeArguments = Omit<FilterArguments, 'agent'> & {
  readonly agent?: string | undefined;
  readonly outbox: boolean;
  readonly dlq: boolean;
  readonly confirm?: string | undefined;
};

/** @throws CliError `ERR_USAGE` */
export function purgeRequestFrom(options: PurgeArguments, now_ms: number): PurgeRequest {
  const { agent, confirm: typed, dlq, outbox, reason } = options;
  if (agent === undefined) throw new CliError('ERR_USAGE', 'Say whose messages: purge AGENT.');
  if (typed !== undefined && typed !== agent) {
    throw new CliError(
      'ERR_USAGE',
      `--confirm says ${JSON.stringify(typed)}, but the messages are those of ${JSON.stringify(agent)}. Nothing was removed.`,
    );
  }
  if (reason !== undefined && !dlq)
    throw new CliError('ERR_USAGE', '--reason chooses among dead letters; add --dlq.');
  const box: Box = { kind: outbox ? 'outbox' : 'inbox', agentId: agent };
  const { agentId: _, ...filter } = filterFrom({ ...options, agent: undefined }, now_ms);
  return { box, state: dlq ? 'dead' : 'ready', filter };
}

/** Of what kind one of them is, as a sentence says it. */
export function describeRequest({ box, state }: PurgeRequest): string {
  return state === 'dead'
    ? `dead letter of ${box.kind}/${box.agentId}`
    : `message in ${box.kind}/${box.agentId}`;
}
