import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Message } from '@tapps-agents/contracts';

const VECTORS = join(import.meta.dirname, '../../../contracts/fixtures/vectors');

/** What is in a directory that the Python writer of the 1.0 contract left, and what must come of it. */
export const LEFT = {
  /** Lie in the inbox of agent-a; the second was handled, as `processed/agent-a.jsonl` says. */
  waiting: ['11111111-1111-4111-8111-111111111111', '11111111-1111-4111-8111-111111111113'],
  finished: '11111111-1111-4111-8111-111111111112',
  /** Taken, and not finished. */
  claimed: 'claimed-1',
  dead: 'dead-1',
} as const;

const REASON = 'Schema validation failed: the agent said no\n';

/**
 * Lays out a directory as the Python writer does: messages of the vectors in their boxes, one taken, one that was given up with
 * its reason in words, the ids of finished messages one a line, and nothing that is ours.
 */
export function pythonDirectory(root: string): void {
  cpSync(VECTORS, root, { recursive: true });
  const claimed = message({ message_id: LEFT.claimed, task_id: 't-9' });
  const dead = message({ message_id: LEFT.dead, task_id: 't-10' });
  put(root, `locks/agent-a/20251214T103500_123Z_${LEFT.claimed}_task_assignment.json`, claimed);
  put(root, 'dlq/20251214T103500_123Z_dead-1_task_assignment.0f0f.json', dead);
  put(root, 'dlq/20251214T103500_123Z_dead-1_task_assignment.0f0f.reason.txt', REASON);
  put(root, 'dlq/replayed-long-ago.1a1a.reason.txt', 'Invalid JSON\n');
  put(root, 'processed/agent-a.jsonl', `${LEFT.finished}\nlong-gone\n`);
  mkdirSync(join(root, 'tmp'), { recursive: true });
}

/** The text of a task for agent-a as the Python writer has it: sorted fields, no line feed at the end. */
export function message(fields: Readonly<Record<string, unknown>> = {}): string {
  const [vector = ''] = readdirSync(join(VECTORS, 'inbox/agent-a'));
  const base = JSON.parse(readFileSync(join(VECTORS, 'inbox/agent-a', vector), 'utf8')) as Message;
  return JSON.stringify({ ...base, ...fields }, null, 2);
}

/** Writes a file below the root, and its directories. */
export function put(root: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}
