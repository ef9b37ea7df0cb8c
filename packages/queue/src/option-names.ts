import { QueueError } from './errors.ts';
import { nearestName } from './nearest-name.ts';

/**
 * Refuses options that do not exist: a misspelt one would otherwise be ignored, and what it was to prevent would happen.
 *
 * @throws QueueError `ERR_INVALID_OPTION`, naming the nearest option
 */
export function checkOptionNames(options: unknown, known: readonly string[], where: string): void {
  if (typeof options !== 'object' || options === null) {
    throw new QueueError(
      'ERR_INVALID_OPTION',
      `${where} takes an object with options; got ${String(options)}.`,
    );
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    const hint = nearest === null ? `Known are: ${known.join(', ')}.` : `Did you mean ${nearest}?`;
    throw new QueueError(
      'ERR_INVALID_OPTION',
      `${where} has no option ${JSON.stringify(name.slice(0, 80))}. ${hint}`,
    );
  }
}

export const OPEN_OPTIONS = [
  'root',
  'agent',
  'messages',
  'create',
  'durability',
  'ackDurability',
  'lease',
  'retry',
  'retention',
  'pollInterval',
  'signal',
  'clock',
  'fileSystem',
  'random',
  'access',
] as const;
export const SEND_OPTIONS = ['to', 'delay', 'ttl', 'durability', 'register', 'signal'] as const;
export const REQUEST_OPTIONS = [...SEND_OPTIONS, 'timeout'] as const;
const CONSUME_OPTIONS = ['concurrency', 'handlerTimeout', 'signal', 'untilEmpty', 'limit'] as const;
export const WORK_OPTIONS = [...CONSUME_OPTIONS, 'lease'] as const;
export const COLLECT_OPTIONS = [...CONSUME_OPTIONS, 'workflow_id', 'agents'] as const;
export const RECEIVE_OPTIONS = ['signal', 'lease', 'types', 'untilEmpty', 'detached', 'outboxOf'] as const;
export const DIAGNOSE_OPTIONS = ['mend', 'signal'] as const;
export const RETAIN_OPTIONS = [
  'dryRun',
  'processedMaxAge',
  'processedMaxCount',
  'deadMaxAge',
  'onFile',
  'signal',
] as const;
