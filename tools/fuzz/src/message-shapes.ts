import * as fc from 'fast-check';
import { arbitraryId, text, time } from './texts.ts';

const object = fc.dictionary(text, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
const texts = fc.array(text, { maxLength: 3 });
const seconds = fc.option(fc.nat());

const envelope = {
  schema_version: fc.constantFrom('1.0', '1.0', '1.9'),
  workflow_id: arbitraryId,
  task_id: arbitraryId,
  agent_id: arbitraryId,
  message_id: arbitraryId,
  created_at: time,
  idempotency_key: fc.option(text),
  metadata: object,
};

const assignment = fc.record({
  ...envelope,
  message_type: fc.constant('task_assignment'),
  assigned_to: fc.option(arbitraryId),
  priority: fc.constantFrom('low', 'medium', 'high'),
  inputs: fc.record({
    files: texts,
    config: object,
    options: object,
    parameters: object,
    environment: fc.dictionary(text, text, { maxKeys: 3 }),
  }),
  timeout_seconds: seconds,
  retry_policy: fc.record({
    max_retries: fc.nat(),
    backoff_seconds: fc.nat(),
    backoff_multiplier: fc.double({ min: 0, max: 1e6, noNaN: true }),
    max_backoff_seconds: seconds,
  }),
});

const update = fc.record({
  ...envelope,
  message_type: fc.constant('status_update'),
  status: fc.constantFrom('queued', 'in_progress', 'blocked', 'failed', 'completed'),
  progress_percent: fc.option(fc.integer({ min: 0, max: 100 })),
  current_step: fc.option(text),
});

const completion = fc.record({
  ...envelope,
  message_type: fc.constant('task_complete'),
  status: fc.constantFrom('completed', 'failed'),
  results: fc.record({
    output_files: texts,
    artifacts: texts,
    errors: texts,
    warnings: texts,
    metrics: fc.dictionary(text, fc.double({ noNaN: true, noDefaultInfinity: true }), { maxKeys: 3 }),
    output: object,
  }),
});

/** Any message of the built-in types, nothing in it left to the builders, so that a seed gives the same bytes always. */
export const arbitraryMessage: fc.Arbitrary<unknown> = fc.oneof(assignment, update, completion);
