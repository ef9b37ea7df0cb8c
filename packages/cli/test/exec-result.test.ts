import { MAX_MESSAGE_BYTES, serializeMessage, taskComplete } from '@tapps-agents/contracts';
import type { TaskResult } from '@tapps-agents/queue';
import { describe, expect, it } from 'vitest';
import { ByteHead } from '../src/exec/byte-head.ts';
import { resultFrom } from '../src/exec/exec-result.ts';

function written(text: string, most_bytes = 1_048_576): ByteHead {
  const head = new ByteHead(most_bytes);
  head.add(new TextEncoder().encode(text));
  return head;
}

/** What the queue does with a result: it must fit in a message. */
function completion(results: TaskResult): string {
  return serializeMessage(
    taskComplete({ workflow_id: 'w', task_id: 't', agent_id: 'a', status: 'completed', results }),
  );
}

describe('resultFrom', () => {
  it('takes an object of result fields as the result', () => {
    const result = { output_files: ['a.md'], metrics: { lines: 3 }, output: { deep: [1, { x: null }] } };
    expect(resultFrom(written(`${JSON.stringify(result)}\n`))).toEqual(result);
  });

  it.each([
    'plain text\n',
    '{"lines":3}',
    '[1]',
    '"x"',
    'null',
    '{}',
    '{"output":{}} trailing',
    '{"output":{},"other":1}',
  ])('keeps other output as text: %s', (text) => {
    expect(resultFrom(written(text))).toEqual({ output: { stdout: text } });
  });

  it.each(['', '\n  \n'])('takes no output (%j) as no result', (text) => {
    expect(resultFrom(written(text))).toEqual({});
  });

  it('keeps what is not quite a result as text, and says what is wrong with it', () => {
    const text = '{"metrics":{"lines":"three"}}';
    const { output, warnings } = resultFrom(written(text));
    expect(output).toEqual({ stdout: text });
    expect(warnings).toEqual([expect.stringContaining('/results/metrics/lines must be')]);
  });

  it('says how much was cut', () => {
    const { output, warnings } = resultFrom(written('abcdefgh', 4));
    expect(output).toEqual({ stdout: 'abcd' });
    expect(warnings).toEqual([expect.stringContaining('first 4 of 8 bytes')]);
  });

  it.each([
    ['text', 'x'.repeat(1_048_576)],
    ['text that JSON makes longer', '\u0001'.repeat(1_048_576)],
    ['characters of two halves', '😀'.repeat(262_144)],
    [
      'a result that is too large',
      JSON.stringify({ output_files: Array.from({ length: 100_000 }, () => 'ab') }),
    ],
  ])('always fits into a message: %s', (_name, text) => {
    const result = resultFrom(written(text));
    const bytes = Buffer.byteLength(completion(result));
    expect(bytes).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
    expect(bytes).toBeGreaterThan(MAX_MESSAGE_BYTES / 3);
    expect(result.warnings).not.toHaveLength(0);
  });
});
