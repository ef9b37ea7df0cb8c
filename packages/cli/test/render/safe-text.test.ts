import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { join, safe, sanitize, sanitizeBlock, terminalSafeJson } from '../../src/render/safe-text.ts';

/** Written out anew, so that a hole in the source's expression is not repeated here. */
function isUnsafe(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return (
    code < 0x20 ||
    (code >= 0x7f && code <= 0x9f) ||
    (code >= 0xd800 && code <= 0xdfff) ||
    code === 0x061c ||
    (code >= 0x200b && code <= 0x200f && code !== 0x200d) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    code === 0xfeff
  );
}

const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\u001b',
      '\u009b',
      '\u0007',
      '\r',
      '\n',
      '\t',
      '\u0000',
      '\u007f',
      '\u202e',
      '\u2028',
      '\ud800',
      '\udc00',
      '\u200b',
      '\ufeff',
      '[',
      '3',
      '1',
      'm',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});

describe('sanitize', () => {
  it('shows escape sequences instead of letting the terminal act on them', () => {
    expect(String(sanitize('\u001b[31mred\u001b]0;title\u0007'))).toBe(
      '\\u001b[31mred\\u001b]0;title\\u0007',
    );
  });

  it('leaves ordinary text of any script alone', () => {
    const text = 'größer, 日本語, עברית, 👩‍👩‍👧 and C:\\dir';
    expect(String(sanitize(text))).toBe(text);
  });

  it('leaves nothing unsafe, whatever it is given', () => {
    fc.assert(
      fc.property(hostile, (text) =>
        Array.from(String(sanitize(text))).every((character) => !isUnsafe(character)),
      ),
    );
  });

  it('leaves only line feeds and tabs in a block', () => {
    fc.assert(
      fc.property(hostile, (text) =>
        Array.from(String(sanitizeBlock(text))).every(
          (character) => character === '\n' || character === '\t' || !isUnsafe(character),
        ),
      ),
    );
  });
});

describe('safe', () => {
  it('sanitizes values, and leaves what is safe already alone', () => {
    expect(String(safe`${'a\u001bb'} ${7} ${safe`${'\u0007'}`}`)).toBe('a\\u001bb 7 \\u0007');
  });

  it('joins pieces', () => {
    expect(String(join([sanitize('a'), sanitize('b')], '\n'))).toBe('a\nb');
  });
});

describe('terminalSafeJson', () => {
  it('keeps the value, and has nothing a terminal would act on', () => {
    fc.assert(
      fc.property(fc.jsonValue(), hostile, (value, text) => {
        const json = terminalSafeJson({ value, text });
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ value, text })));
        return Array.from(json).every((character) => !isUnsafe(character));
      }),
    );
  });
});
