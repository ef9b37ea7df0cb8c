import { toMilliseconds, type Duration } from '../duration.ts';
import { QueueError } from '../errors.ts';
import {
  DEFAULT_PROCESSED_MAX_AGE_MS,
  DEFAULT_PROCESSED_MAX_COUNT,
  TEMPORARY_MAX_AGE_MS,
} from '../limits.ts';
import type { RetentionOptions } from '../queue.ts';
import type { RetentionPolicy } from '../retention-report.ts';

/** What a queue keeps that was opened with these options. @throws QueueError `ERR_INVALID_OPTION` */
export function retentionPolicy(options: RetentionOptions | false | undefined): RetentionPolicy {
  const kept: RetentionPolicy = {
    processedMaxAge_ms: DEFAULT_PROCESSED_MAX_AGE_MS,
    processedMaxCount: DEFAULT_PROCESSED_MAX_COUNT,
    deadMaxAge_ms: null,
    temporaryMaxAge_ms: TEMPORARY_MAX_AGE_MS,
  };
  return options === false || options === undefined ? kept : changedPolicy(kept, options, 'retention.');
}

/** A policy with some of it replaced. `where` stands before the options' names in errors. @throws QueueError */
export function changedPolicy(
  policy: RetentionPolicy,
  options: Pick<RetentionOptions, 'processedMaxAge' | 'processedMaxCount' | 'deadMaxAge'>,
  where = '',
): RetentionPolicy {
  const { processedMaxAge, processedMaxCount = policy.processedMaxCount, deadMaxAge } = options;
  if (processedMaxCount !== null && (!Number.isInteger(processedMaxCount) || processedMaxCount < 0)) {
    throw new QueueError(
      'ERR_INVALID_OPTION',
      `${where}processedMaxCount must be a whole number from 0 up, or null; got ${processedMaxCount}`,
    );
  }
  return {
    ...policy,
    processedMaxAge_ms: changed(policy.processedMaxAge_ms, processedMaxAge, `${where}processedMaxAge`),
    processedMaxCount,
    deadMaxAge_ms: changed(policy.deadMaxAge_ms, deadMaxAge, `${where}deadMaxAge`),
  };
}

function changed(now_ms: number | null, given: Duration | null | undefined, what: string): number | null {
  if (given === undefined) return now_ms;
  return given === null ? null : toMilliseconds(given, what);
}
