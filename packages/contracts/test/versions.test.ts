import { describe, expect, test } from 'vitest';
import { parseMessage, tryParseMessage } from '../src/index.ts';
import type { Upcaster } from '../src/index.ts';
import { assignment, refusal, thrownBy, without } from './samples.ts';

describe('versions', () => {
  test('any minor of this major is read, and its unknown fields are kept', () => {
    for (const schema_version of ['1.0', '1.1', '1.999999999999']) {
      expect(parseMessage(assignment({ schema_version, later: 1 }))).toMatchObject({
        schema_version,
        later: 1,
      });
    }
  });

  test.each(['0.9', '2.0', '10.0', '99999999999999999999.1', `${'9'.repeat(400)}.0`])(
    '%s is not supported',
    (version) => {
      const error = refusal(assignment({ schema_version: version, priority: 'nonsense of another major' }));
      expect(error).toMatchObject({
        code: 'ERR_UNSUPPORTED_VERSION',
        reason: 'unsupported_version',
        envelope: { task_id: 't-1' },
      });
      expect(error.message.length).toBeLessThan(400);
    },
  );

  test('a missing version is a fault, not a guess', () => {
    expect(refusal(without(assignment(), 'schema_version')).code).toBe('ERR_INVALID_MESSAGE');
  });
});

/** An invented major 0, in which the task was called job. */
const fromZero: Upcaster = {
  from: '0',
  to: '1',
  up: ({ job, ...message }) => ({ ...message, task_id: job, schema_version: '1.0' }),
};
const jobMessage = { ...without(assignment(), 'task_id'), job: 't-0', schema_version: '0.7' };

const step = (from: string, to: string): Upcaster => ({ from, to, up: (message) => message });

describe('upcasters', () => {
  test('lift an older major, leaving the input alone', () => {
    const input = Object.freeze({ ...jobMessage });
    const message = parseMessage(input, { upcasters: [fromZero] });
    expect(message).toEqual(assignment({ ...message, task_id: 't-0', schema_version: '1.0' }));
    expect(Object.keys(message)).not.toContain('job');
  });

  test('are not run for the current major, and cannot help a newer one', () => {
    const upcasters = [{ ...fromZero, up: () => expect.unreachable() }];
    expect(tryParseMessage(assignment(), { upcasters }).ok).toBe(true);
    expect(refusal(assignment({ schema_version: '2.0' }), { upcasters }).code).toBe(
      'ERR_UNSUPPORTED_VERSION',
    );
  });

  test('are followed by the same validation as ever', () => {
    expect(refusal({ ...jobMessage, job: 5 }, { upcasters: [fromZero] }).faults[0]?.pointer).toBe('/task_id');
    expect(
      refusal({ ...jobMessage, metadata: { a: undefined } }, { upcasters: [fromZero] }).faults[0]?.pointer,
    ).toBe('/metadata/a');
  });

  test.each<[string, Upcaster['up']]>([
    [
      'throws',
      () => {
        throw new Error('bug');
      },
    ],
    ['forgets the version', (message) => message],
    ['claims the wrong version', (message) => ({ ...message, schema_version: '2.0' })],
    ['returns nothing', () => undefined as never],
    [
      'returns what is not JSON',
      (message) => ({ ...message, schema_version: '1.0', metadata: { at: new Date(0) } }),
    ],
    ['returns what never ends', () => endless()],
  ])('one that %s leaves the message unsupported, to be read again later', (_name, up) => {
    const error = refusal(jobMessage, { upcasters: [{ ...fromZero, up }] });
    expect(error).toMatchObject({ code: 'ERR_UNSUPPORTED_VERSION', envelope: { agent_id: 'agent-a' } });
    expect(error.message).toMatch(/^The upcaster from major 0 to 1 /);
  });

  test.each<[string, Upcaster[]]>([
    ['a step over a major', [step('0', '2')]],
    ['a step back', [step('1', '0')]],
    ['a step on the spot', [step('1', '1')]],
    ['a step twice', [fromZero, step('0', '1')]],
    ['a gap', [step('0', '1'), step('2', '3')]],
    ['an end beyond the current major', [step('0', '1'), step('1', '2')]],
    ['majors that are none', [step('v0', 'v1')]],
  ])('a chain with %s is refused at once', (_name, upcasters) => {
    expect(thrownBy(() => tryParseMessage(assignment(), { upcasters })).code).toBe('ERR_INVALID_DEFINITION');
  });
});

function endless(): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  message['self'] = message;
  return message;
}
