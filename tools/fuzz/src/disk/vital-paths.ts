import type { Step } from './plan.ts';

/** Without these a message of `coder` cannot be received, handled and remembered; everything else is dispensable. */
const VITAL: readonly string[] = [
  'layout.json',
  'inbox/coder',
  'outbox/coder',
  'locks/inbox/coder',
  'locks/outbox/coder',
  'locks/owners',
  'locks/paused',
  'processed/inbox/coder',
  'processed/outbox/coder',
  'dlq/inbox/coder',
  'dlq/outbox/coder',
  'journal/inbox/coder',
  'journal/outbox/coder',
  'tmp',
];

/** Whether a step puts something into the place of a directory (or the version) that handling needs, or above it. */
export function isVital(step: Step): boolean {
  const destroyed = step.op === 'move' ? [step.path, step.to] : [step.path];
  return destroyed.some((path) => VITAL.some((vital) => vital === path || vital.startsWith(`${path}/`)));
}
