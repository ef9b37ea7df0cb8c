import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteHead } from '../src/exec/byte-head.ts';
import { TextTail } from '../src/exec/text-tail.ts';

const chunks = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 30 }), {
  maxLength: 20,
});

describe('TextTail', () => {
  it('keeps the end, however it comes in pieces', () => {
    fc.assert(
      fc.property(chunks, fc.integer({ min: 1, max: 40 }), (pieces, most) => {
        const tail = new TextTail(most);
        for (const piece of pieces) tail.add(new TextEncoder().encode(piece));
        expect(tail.text()).toBe(pieces.join('').slice(-most));
      }),
    );
  });

  it('leaves out the character that the cut split', () => {
    const tail = new TextTail(4);
    tail.add(new TextEncoder().encode('ääab'));
    expect(tail.text()).toBe('äab');
    tail.add(new TextEncoder().encode('c'));
    expect(tail.text()).toBe('abc');
  });
});

describe('ByteHead', () => {
  it('keeps the beginning, and counts all of it', () => {
    fc.assert(
      fc.property(chunks, fc.integer({ min: 1, max: 40 }), (pieces, most) => {
        const head = new ByteHead(most);
        for (const piece of pieces) head.add(new TextEncoder().encode(piece));
        const whole = pieces.join('');
        expect(head.text()).toBe(whole.slice(0, most));
        expect(head.total_bytes).toBe(whole.length);
        expect(head.isCut).toBe(whole.length > most);
      }),
    );
  });
});
