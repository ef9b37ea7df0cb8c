import type { Core } from '../core.ts';
import type { RetainNowOptions } from '../operations.ts';
import { checkOptionNames, RETAIN_OPTIONS } from '../option-names.ts';
import { changedPolicy } from './retention-policy.ts';
import type { RetentionReport } from '../retention-report.ts';

/** Runs retention now, by the queue's own policy or one that is changed for this time; null when another process is at it. */
export async function retain(core: Core, options: RetainNowOptions = {}): Promise<RetentionReport | null> {
  checkOptionNames(options, RETAIN_OPTIONS, 'retain');
  const { dryRun = false, signal, onFile, ...policy } = options;
  return await core.store.retain(changedPolicy(core.retention, policy), { dryRun, signal, onFile });
}
