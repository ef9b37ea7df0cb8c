import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** One thing an agent really did: a line of its own file, written when the work was done. */
export interface Effect {
  readonly task_id: string;
  readonly message_id: string;
  readonly delivery: number;
  readonly agent: string;
  readonly pid: number;
}

/**
 * Notes an effect in the agent's own file. It takes no part in the queue's bookkeeping, so that it can be checked
 * against it: had a message been handled twice, there would be two lines.
 */
export function recordEffect(directory: string, effect: Effect): void {
  appendFileSync(path.join(directory, `${effect.agent}.ndjson`), `${JSON.stringify(effect)}\n`);
}

/** Reads the effects of all agents. */
export function readEffects(directory: string): Effect[] {
  return readdirSync(directory)
    .toSorted()
    .flatMap((name) => readFileSync(path.join(directory, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Effect);
}
