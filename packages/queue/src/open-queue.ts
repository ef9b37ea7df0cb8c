import { resolve } from 'node:path';
import { MAX_MESSAGE_BYTES, type MessageDefinition } from '@tapps-agents/contracts';
import { nodeFileSystem, systemClock } from '@tapps-agents/fs-atomic';
import { checkAgentId } from './agent-id.ts';
import { retryLimits } from './backoff.ts';
import { Contention } from './contention.ts';
import type { Core } from './core.ts';
import { Deadlines } from './deadlines.ts';
import { checkDefinitions } from './sending/definitions-option.ts';
import { checkDurability } from './sending/durability-option.ts';
import { leaseMilliseconds, toMilliseconds } from './duration.ts';
import { QueueError } from './errors.ts';
import { checkOptionNames, OPEN_OPTIONS } from './option-names.ts';
import { messageEvent, QueueEvents } from './events.ts';
import { openFileStore } from './file-store/file-store.ts';
import { DEFAULT_LEASE_MS, DEFAULT_POLL_MS, DEFAULT_RETENTION_INTERVAL_MS } from './limits.ts';
import { OpenQueue } from './opened-queue.ts';
import type { OpenQueueOptions, Queue, RetentionOptions } from './queue.ts';
import { retentionPolicy } from './retaining/retention-policy.ts';

/**
 * Opens a messages directory, and makes it where it is missing.
 *
 * @throws QueueError `ERR_NOT_A_MESSAGES_DIRECTORY`, `ERR_ROOT_UNUSABLE`, `ERR_LAYOUT_TOO_NEW`, `ERR_INVALID_OPTION`
 */
export async function openQueue<const Definitions extends readonly MessageDefinition[] = readonly []>(
  options: OpenQueueOptions<Definitions>,
): Promise<Queue<Definitions>> {
  checkOptionNames(options, OPEN_OPTIONS, 'openQueue');
  const { root, agent } = checkNames(options);
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const events = new QueueEvents();
  const lease_ms = leaseMilliseconds(options.lease ?? DEFAULT_LEASE_MS);
  options.signal?.throwIfAborted();
  const settings = {
    retry: retryLimits(options.retry),
    retention: retentionPolicy(options.retention),
    poll_ms: Math.max(1, toMilliseconds(options.pollInterval ?? DEFAULT_POLL_MS, 'pollInterval')),
    interval_ms: retentionInterval(options.retention),
    durability: options.durability === undefined ? null : checkDurability(options.durability, 'durability'),
    ackDurability: checkDurability(options.ackDurability ?? 'none', 'ackDurability'),
    definitions: checkDefinitions(options.messages ?? []),
  };
  const store = await openFileStore({
    root,
    create: options.create ?? true,
    agentId: agent,
    lease_ms,
    maxMessageBytes: MAX_MESSAGE_BYTES,
    fileSystem: options.fileSystem ?? nodeFileSystem(),
    clock,
    random,
    messageTypes: settings.definitions.map(({ type }) => type),
    access: options.access,
    onError: (error) => events.report(error),
    onReturned: ({ entry, holder }) => events.emit('recovered', { ...messageEvent(entry), holder }),
  });
  const core: Core = {
    agent,
    root,
    store,
    events,
    definitions: settings.definitions,
    clock,
    random,
    lease_ms,
    poll_ms: settings.poll_ms,
    retry: settings.retry,
    retention: settings.retention,
    durability: settings.durability,
    ackDurability: settings.ackDurability,
    collectors: new Set(),
    contention: new Contention(),
    deadlines: new Deadlines(clock),
  };
  return new OpenQueue<Definitions>(core, settings.interval_ms, options.signal);
}

function checkNames({ root, agent = 'operator', access }: OpenQueueOptions<readonly MessageDefinition[]>): {
  root: string;
  agent: string;
} {
  if (typeof root !== 'string' || root === '') {
    throw new QueueError(
      'ERR_INVALID_OPTION',
      "openQueue needs a root, e.g. { root: '.tapps-agents/messages' }.",
    );
  }
  if (access !== undefined && access !== 'owner' && access !== 'group') {
    throw new QueueError(
      'ERR_INVALID_OPTION',
      `access must be 'owner' or 'group'; got ${JSON.stringify(access)}`,
    );
  }
  // Whoever changes the working directory later has not moved the messages.
  return { root: resolve(root), agent: checkAgentId(agent) };
}

function retentionInterval(options: RetentionOptions | false | undefined): number | null {
  return options === false
    ? null
    : Math.max(
        1_000,
        toMilliseconds(options?.interval ?? DEFAULT_RETENTION_INTERVAL_MS, 'retention.interval'),
      );
}
