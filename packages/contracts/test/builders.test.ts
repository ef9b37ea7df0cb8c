import { describe, expect, expectTypeOf, test } from 'vitest';
import { statusUpdate, taskAssignment, taskComplete } from '../src/index.ts';
import type { Message, Priority, StatusUpdate, TaskAssignment, TaskComplete } from '../src/index.ts';
import { faultLines, ids, thrownBy } from './samples.ts';

const now = (): number => Date.UTC(2026, 0, 9, 0, 0, 0, 7);

describe('what builders fill in', () => {
  test('version, type, id, time and every default', () => {
    const message = taskAssignment(ids, { now });
    expect(message).toEqual({
      schema_version: '1.0',
      message_type: 'task_assignment',
      message_id: expect.stringMatching(
        /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
      ...ids,
      created_at: '2026-01-09T00:00:00.007Z',
      idempotency_key: null,
      metadata: {},
      assigned_to: null,
      priority: 'medium',
      inputs: { files: [], config: {}, options: {}, parameters: {}, environment: {} },
      timeout_seconds: null,
      retry_policy: { max_retries: 0, backoff_seconds: 60, backoff_multiplier: 2, max_backoff_seconds: null },
    });
  });

  test('the missing parts of inputs, results and retry_policy', () => {
    const { inputs, retry_policy } = taskAssignment({
      ...ids,
      inputs: { files: ['a'] },
      retry_policy: { max_retries: 3 },
    });
    expect(inputs).toEqual({ files: ['a'], config: {}, options: {}, parameters: {}, environment: {} });
    expect(retry_policy).toEqual({
      max_retries: 3,
      backoff_seconds: 60,
      backoff_multiplier: 2,
      max_backoff_seconds: null,
    });
    expect(taskComplete({ ...ids, status: 'failed', results: { errors: ['x'] } }).results).toEqual({
      output_files: [],
      artifacts: [],
      errors: ['x'],
      warnings: [],
      metrics: {},
      output: {},
    });
  });

  test('nothing that the caller chose', () => {
    const chosen = {
      message_id: '../../x',
      created_at: '2020-01-01T00:00:00Z',
      idempotency_key: 'k',
      metadata: { causation_id: 'm' },
    };
    expect(statusUpdate({ ...ids, ...chosen, status: 'blocked', progress_percent: 0 })).toMatchObject(chosen);
  });

  test('defaults that are not shared between messages', () => {
    const spoiled = taskAssignment(ids);
    spoiled.inputs.files.push('leak');
    spoiled.inputs.environment['LEAK'] = '1';
    spoiled.metadata['leak'] = true;
    expect(taskAssignment(ids).inputs.files).toEqual([]);
    expect(taskAssignment(ids).metadata).toEqual({});
    expect(taskAssignment(ids).inputs.environment).toEqual({});
  });

  test('a message that shares nothing with its input', () => {
    const metadata = { list: [1] };
    const message = taskAssignment({ ...ids, metadata });
    metadata.list.push(2);
    expect(message.metadata).toEqual({ list: [1] });
  });
});

const faultsOf = (input: unknown): string[] =>
  faultLines(thrownBy(() => taskAssignment(input as Parameters<typeof taskAssignment>[0])).faults);

describe('what builders refuse', () => {
  test('unknown fields, at every level of the defined objects', () => {
    expect(
      faultsOf({
        ...ids,
        extra: 1,
        inputs: { file: 'x' },
        retry_policy: { retries: 1 },
        metadata: { free: true },
      }),
    ).toEqual([
      '/inputs/file: absent (no such field is defined) <- "x"',
      '/retry_policy/retries: absent (no such field is defined) <- 1',
      '/extra: absent (no such field is defined) <- 1',
    ]);
  });

  test('missing ids, all of them at once', () => {
    expect(faultsOf({}).map((line) => line.split(':')[0])).toEqual(['/workflow_id', '/task_id', '/agent_id']);
  });

  test('a version or type of the caller', () => {
    expect(faultsOf({ ...ids, schema_version: '1.0', message_type: 'task_assignment' })).toEqual([
      '/schema_version: left out (the builder fills it in) <- a value',
      '/message_type: left out (the builder fills it in) <- a value',
    ]);
  });

  test('a time that is not written with Z', () => {
    expect(faultsOf({ ...ids, created_at: '2020-01-01T00:00:00+00:00' })[0]).toMatch(
      /^\/created_at: .*written with Z/,
    );
  });

  test('undefined, which JSON does not have', () => {
    expect(faultsOf({ ...ids, priority: undefined })).toEqual(['/priority: a JSON value <- undefined']);
  });

  test.each([null, 'text', 7, [], undefined])('%j instead of an object', (input) => {
    expect(thrownBy(() => taskAssignment(input as never)).code).toBe('ERR_INVALID_MESSAGE');
  });

  test.each([Number.NaN, -1, Infinity, 253_402_300_800_000])('a clock that returns %d', (time_ms) => {
    expect(thrownBy(() => taskAssignment(ids, { now: () => time_ms })).code).toBe('ERR_INVALID_DEFINITION');
  });

  test('a message that would be too large as a file, if only by its indentation', () => {
    const list = Array.from({ length: 170_000 }, () => 1);
    expect(JSON.stringify(list).length).toBeLessThan(1_048_576 / 2);
    expect(thrownBy(() => taskAssignment({ ...ids, metadata: { list } })).code).toBe('ERR_MESSAGE_TOO_LARGE');
  });
});

test('the static types say what is needed and what may be left out', () => {
  expectTypeOf(taskAssignment(ids)).toEqualTypeOf<TaskAssignment>();
  expectTypeOf<TaskAssignment['message_type']>().toEqualTypeOf<'task_assignment'>();
  expectTypeOf<TaskAssignment['priority']>().toEqualTypeOf<Priority>();
  expectTypeOf<TaskAssignment['inputs']['environment']>().toEqualTypeOf<Record<string, string>>();
  expectTypeOf<StatusUpdate['progress_percent']>().toEqualTypeOf<number | null>();
  expectTypeOf<TaskComplete['results']['metrics']>().toEqualTypeOf<Record<string, number>>();
  expectTypeOf<TaskComplete>().toExtend<Message>();
  expectTypeOf<{ workflow_id: string; task_id: string; agent_id: string }>().toExtend<
    Parameters<typeof taskAssignment>[0]
  >();
  expectTypeOf<{ inputs: { files: readonly string[] } }>().toExtend<
    Pick<Parameters<typeof taskAssignment>[0], 'inputs'>
  >();
  // @ts-expect-error: a status update has no default status
  thrownBy(() => statusUpdate(ids));
  // @ts-expect-error: agent_id says who writes, nobody else knows
  thrownBy(() => taskAssignment({ workflow_id: 'w', task_id: 't' }));
});
