import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sanitize, sanitizeBlock } from '../../src/render/safe-text.ts';
import { styleFor } from '../../src/render/style.ts';
import { withCommand, wrapped } from '../../src/render/wrapped.ts';

const at = (columns: number, text: string, hanging = 0): string[] =>
  String(wrapped(sanitizeBlock(text), columns, hanging)).split('\n');

describe('what is too long for a line', () => {
  it('is broken between words, and goes on below the first of them', () => {
    expect(at(24, '  ! ready messages have been waiting for 3m', 2)).toEqual([
      '  ! ready messages have',
      '    been waiting for 3m',
    ]);
    expect(at(24, 'short enough\nand this one is not, not at all')).toEqual([
      'short enough',
      'and this one is not, not',
      'at all',
    ]);
  });

  it('keeps a command whole, on a line of its own where it does not fit', () => {
    expect(at(30, 'next: tapps-mq dlq list   or, once it is mended: tapps-mq replay --id ID')).toEqual([
      'next: tapps-mq dlq list',
      'or, once it is mended:',
      'tapps-mq replay --id ID',
    ]);
    expect(at(30, "pause it: tapps-mq pause --agent 'a long name' --note x and go on")).toEqual([
      'pause it:',
      "tapps-mq pause --agent 'a long name' --note x and go on",
    ]);
    expect(at(30, 'pause it: tapps-mq pause --agent "a long name" --note x and go on')).toEqual([
      'pause it:',
      'tapps-mq pause --agent "a long name" --note x and go on',
    ]);
    expect(at(30, 'It may be gone; see `tapps-mq inspect --root /srv/mq` for what is there.')).toEqual([
      'It may be gone; see',
      '`tapps-mq inspect --root /srv/mq`',
      'for what is there.',
    ]);
  });

  it('is left as it is in a pipe', () => {
    const text = 'x '.repeat(300);
    expect(String(wrapped(sanitize(text), undefined))).toBe(text);
  });

  it('leaves a word alone that is longer than the terminal is wide', () => {
    expect(at(20, `a ${'b'.repeat(50)} c`)).toEqual(['a', 'b'.repeat(50), 'c']);
  });

  it('measures what is seen: not the colours, and wide characters twice', () => {
    const red = styleFor(true)('bad', sanitize('red'));
    expect(String(wrapped(red, 20))).not.toContain('\n');
    expect(at(20, '漢字漢字漢字 漢字漢字')).toEqual(['漢字漢字漢字', '漢字漢字']);
  });

  it('loses nothing but spaces, and no line is longer than need be', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 20, max: 80 }),
        (words, columns) => {
          const lines = at(columns, words.join(' '));
          expect(lines.join(' ')).toBe(words.join(' '));
          for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});

/** Words and a command, in a terminal so wide. */
const put = (columns: number | undefined): string =>
  String(
    withCommand(
      sanitize('  ! 4 dead letters; to see why'),
      sanitize('tapps-mq dlq --agent coder'),
      columns,
      2,
    ),
  );

it('a command stands behind its words, or below them', () => {
  expect(put(80)).toBe('  ! 4 dead letters; to see why: tapps-mq dlq --agent coder');
  expect(put(undefined)).toBe(put(80));
  expect(put(40)).toBe('  ! 4 dead letters; to see why:\n    tapps-mq dlq --agent coder');
  expect(put(26)).toBe('  ! 4 dead letters; to see\n    why:\n    tapps-mq dlq --agent coder');
});
