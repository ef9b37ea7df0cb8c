import * as fc from 'fast-check';
import { arbitraryMessage } from './message-shapes.ts';
import { arbitraryId, text, time } from './texts.ts';

/*
 * Structured inputs: valid ones drawn by fast-check, which knows the corners of numbers, texts and shapes. The mutator
 * then breaks them.
 */

const encoder = new TextEncoder();
const count = fc.oneof(fc.nat({ max: 999 }), fc.maxSafeNat());

const failure = fc.record({
  kind: fc.constantFrom('failed', 'timed_out', 'lost', 'rejected'),
  delivery: count,
  at: time,
  agent_id: fc.option(arbitraryId),
  owner: fc.option(text),
  pid: fc.option(fc.maxSafeNat()),
  host: fc.option(text),
  error: fc.record({ name: text, message: text, code: fc.option(text), stack: fc.option(text) }),
});

const reason = fc.record({
  reason_version: fc.constantFrom('1.0', '1.7'),
  code: fc.constantFrom('not_json', 'exhausted', 'rejected', 'expired', 'misrouted', 'too_large'),
  reason: text.map((words) => `${words}.`),
  details: fc.array(fc.record({ pointer: text, expected: text, found: text }), { maxLength: 3 }),
  message: fc.record({
    message_id: fc.option(arbitraryId),
    message_type: fc.option(arbitraryId),
    workflow_id: fc.option(arbitraryId),
    task_id: fc.option(arbitraryId),
  }),
  origin: fc.record({ box: fc.constantFrom('inbox', 'outbox'), agent_id: arbitraryId, file: text }),
  quarantined_at: time,
  quarantined_by: fc.record({
    agent_id: fc.option(arbitraryId),
    owner: fc.option(text),
    pid: fc.option(fc.maxSafeNat()),
    host: fc.option(text),
  }),
  deliveries: count,
  failures: count,
  replays: count,
  expires_at: fc.option(time),
  history: fc.array(failure, { maxLength: 3 }),
});

const owner = fc.record({
  owner: fc.constantFrom('7h2k0m4s', '00000000'),
  pid: fc.option(fc.integer()),
  host: text,
  boot_id: fc.option(text),
  pid_namespace: fc.option(text),
  process_started: fc.option(text),
  started_at: time,
  lease_ms: fc.oneof(fc.integer({ min: 1 }), fc.double({ noNaN: true })),
  detached: fc.boolean(),
  agent_id: fc.oneof(arbitraryId, fc.jsonValue()),
});

/** So many structured things are drawn for one block of inputs. */
const DRAWN = 60;

function drawn<T>(arbitrary: fc.Arbitrary<T>, seed: number, toBytes: (value: T) => Uint8Array): Uint8Array[] {
  return fc.sample(arbitrary, { seed, numRuns: DRAWN }).map(toBytes);
}

function json(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** Messages of every built-in type. */
export function drawnMessages(seed: number): Uint8Array[] {
  return drawn(arbitraryMessage, seed, json);
}

/** Reasons of dead letters. */
export function drawnReasons(seed: number): Uint8Array[] {
  return drawn(reason, seed, json);
}

/** Failed deliveries, as the journal has them. */
export function drawnFailures(seed: number): Uint8Array[] {
  return drawn(failure, seed, json);
}

/** Owner records. */
export function drawnOwners(seed: number): Uint8Array[] {
  return drawn(owner, seed, json);
}

/** Any JSON at all. */
export function drawnJson(seed: number): Uint8Array[] {
  return drawn(fc.jsonValue({ maxDepth: 4 }), seed, json);
}

/** Ids as the contract allows them: any well-formed text. */
export function drawnIds(seed: number): Uint8Array[] {
  return drawn(arbitraryId, seed, (id) => encoder.encode(id));
}
