import * as fc from 'fast-check';

// Not fast-check's own unit `binary`: that takes a second and 100 MB to set up its way back from a character to a number.
const character = fc
  .oneof(
    { weight: 5, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xff }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xd7ff }) },
    { weight: 1, arbitrary: fc.integer({ min: 0xe000, max: 0x10ffff }) },
  )
  .map((code) => String.fromCodePoint(code));

/** Any well-formed text, control characters included. */
export const text = fc.string({ unit: character, maxLength: 40 });

/** An id as the contract allows it: any well-formed text without control characters, also a very long one. */
export const arbitraryId = fc
  .oneof(
    { weight: 9, arbitrary: fc.string({ unit: character, minLength: 1, maxLength: 30 }) },
    { weight: 1, arbitrary: fc.string({ unit: character, minLength: 100, maxLength: 512, size: 'max' }) },
  )
  .map((id) => id.replace(/[\u0000-\u001f\u007f-\u009f]/g, '') || 'x');

/** A time as the contract writes it, from the first to the last year that it can name. */
export const time = fc
  .date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
