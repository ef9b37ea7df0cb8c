import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messagesIn } from '../src/sending/message-input.ts';

const MOST_BYTES = 100;

async function messages(input: string, piece = 7): Promise<readonly { line: number | null; text: string }[]> {
  const found: { line: number | null; text: string }[] = [];
  const bytes = new TextEncoder().encode(input);
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < bytes.length; start += piece)
      yield await Promise.resolve(bytes.subarray(start, start + piece));
  }
  for await (const { line, bytes: found_bytes } of messagesIn(pieces(), 'x', MOST_BYTES)) {
    found.push({ line, text: new TextDecoder().decode(found_bytes) });
  }
  return found;
}

describe('messagesIn', () => {
  it('takes one document, however it is laid out', async () => {
    const text = '\n{\n  "a": 1\n}\n';
    expect(await messages(text)).toEqual([{ line: null, text }]);
  });

  it('takes one document a line, and skips empty lines', async () => {
    expect(await messages('{"a":1}\n\n  \r\n{"b":2}\r\n{"c":3}')).toEqual([
      { line: 1, text: '{"a":1}' },
      { line: 4, text: '{"b":2}\r' },
      { line: 5, text: '{"c":3}' },
    ]);
  });

  it('takes a broken document as one, so that it is explained as one', async () => {
    expect(await messages('{\n  "a": 1,\n')).toEqual([{ line: null, text: '{\n  "a": 1,\n' }]);
  });

  it('passes on a broken line among others', async () => {
    expect((await messages('{"a":1}\nnonsense\n{"b":2}')).map(({ text }) => text)).toEqual([
      '{"a":1}',
      'nonsense',
      '{"b":2}',
    ]);
  });

  it('finds nothing in nothing', async () => {
    expect(await messages('')).toEqual([]);
    expect(await messages(' \n\n')).toEqual([]);
  });

  it('cuts one document that is too long, just over the limit', async () => {
    const [only, ...more] = await messages(`{"a":"${'x'.repeat(5_000)}"\n}`);
    expect(more).toEqual([]);
    expect(only?.text).toHaveLength(MOST_BYTES + 1);
  });

  it('cuts a line that is too long, just over the limit, and goes on after it', async () => {
    const found = await messages(`{"a":1}\n"${'x'.repeat(1_000)}"\n{"b":2}\n`);
    expect(found.map(({ text }) => text.length)).toEqual([7, MOST_BYTES + 1, 7]);
    expect(found.map(({ line }) => line)).toEqual([1, 2, 3]);
  });

  it('finds every line, however the input is cut into pieces', async () => {
    const line = fc
      .jsonValue()
      .map((value) => JSON.stringify(value))
      .filter((text) => new TextEncoder().encode(text).length <= MOST_BYTES);
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 2, maxLength: 20 }),
        fc.integer({ min: 1, max: 300 }),
        async (given, piece) => {
          expect((await messages(given.join('\n'), piece)).map(({ text }) => text)).toEqual(given);
        },
      ),
    );
  });
});
