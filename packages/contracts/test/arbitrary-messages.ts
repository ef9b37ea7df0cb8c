import * as fc from 'fast-check';
import { statusUpdate, taskAssignment, taskComplete } from '../src/index.ts';
import type { Message } from '../src/index.ts';

/** An id that is allowed: any well-formed Unicode without control characters. */
export const arbitraryId = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 512 })
  .map((text) => text.replace(/\p{Surrogate}|[\u0000-\u001f\u007f-\u009f]/gu, '') || 'x');

// -0 is written as 0, which is no loss that anybody wants to hear of.
const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const object = fc.dictionary(fc.string({ unit: 'binary' }), json).map((value) => ({ ...value }));
const texts = fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 });
const seconds = fc.option(fc.nat());
const metric = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);

const envelope = { workflow_id: arbitraryId, task_id: arbitraryId, agent_id: arbitraryId };
const envelopeChoices = {
  message_id: arbitraryId,
  idempotency_key: fc.option(fc.string({ unit: 'binary' })),
  metadata: object,
};

const assignments = fc
  .record(
    {
      ...envelope,
      ...envelopeChoices,
      assigned_to: fc.option(arbitraryId),
      priority: fc.constantFrom('low' as const, 'medium' as const, 'high' as const),
      inputs: fc.record(
        {
          files: texts,
          config: object,
          options: object,
          parameters: object,
          environment: fc.dictionary(fc.string(), fc.string()).map((value) => ({ ...value })),
        },
        { requiredKeys: [] },
      ),
      timeout_seconds: seconds,
      retry_policy: fc.record(
        {
          max_retries: fc.nat(),
          backoff_seconds: fc.nat(),
          backoff_multiplier: fc.double({ min: 0, max: 1e6, noNaN: true }).map((value) => value + 0),
          max_backoff_seconds: seconds,
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['workflow_id', 'task_id', 'agent_id'] },
  )
  .map((input) => taskAssignment(input));

const updates = fc
  .record(
    {
      ...envelope,
      ...envelopeChoices,
      status: fc.constantFrom(
        'queued' as const,
        'in_progress' as const,
        'blocked' as const,
        'failed' as const,
        'completed' as const,
      ),
      progress_percent: fc.option(fc.integer({ min: 0, max: 100 })),
      current_step: fc.option(fc.string({ unit: 'binary' })),
    },
    { requiredKeys: ['workflow_id', 'task_id', 'agent_id', 'status'] },
  )
  .map((input) => statusUpdate(input));

const completions = fc
  .record(
    {
      ...envelope,
      ...envelopeChoices,
      status: fc.constantFrom('completed' as const, 'failed' as const),
      results: fc.record(
        {
          output_files: texts,
          artifacts: texts,
          errors: texts,
          warnings: texts,
          metrics: fc.dictionary(fc.string(), metric).map((value) => ({ ...value })),
          output: object,
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ['workflow_id', 'task_id', 'agent_id', 'status'] },
  )
  .map((input) => taskComplete(input));

/** Any message that the builders can make. */
export const arbitraryMessage: fc.Arbitrary<Message> = fc.oneof(assignments, updates, completions);
