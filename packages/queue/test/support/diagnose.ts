import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Finding, FindingCode, Queue } from '../../src/index.ts';
import type { Site } from '../support-behaviour.ts';

export const HOUR_MS = 3_600_000;

const OF_THE_HOST: ReadonlySet<FindingCode> = new Set([
  'low_space',
  'low_inodes',
  'network_file_system',
  'renames_in_steps',
  'case_insensitive',
]);

/** What is found, but for what this computer's own disk may add. */
export async function diagnose(mq: Queue, mend = false): Promise<Record<string, Finding>> {
  const { findings } = await mq.operations.diagnose({ mend });
  return Object.fromEntries(
    findings.filter(({ code }) => !OF_THE_HOST.has(code)).map((finding) => [finding.code, finding]),
  );
}

/** Makes a file as the queue would, its directories too. */
export async function write(path: string, content = '{}', mode = 0o600): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, content, { mode });
}

/** Makes a file or a directory older than it is. */
export async function makeOlder(path: string, by_ms: number): Promise<void> {
  const then = new Date(Date.now() - by_ms);
  await utimes(path, then, then);
}

/** A queue whose one agent is registered. */
export async function opened(place: Site, options: Parameters<Site['open']>[1] = {}): Promise<Queue> {
  const mq = await place.open('coder', options);
  await mq.registerAgent('coder');
  return mq;
}
