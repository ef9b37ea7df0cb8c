import { describe, expect, it } from 'vitest';
import { safe } from '../../src/render/safe-text.ts';
import { styleFor, wantsColor } from '../../src/render/style.ts';

describe('wantsColor', () => {
  it.each([
    ['a terminal', undefined, {}, true, true],
    ['a pipe', undefined, {}, false, false],
    ['a dumb terminal', undefined, { TERM: 'dumb' }, true, false],
    ['NO_COLOR', undefined, { NO_COLOR: '1' }, true, false],
    ['an empty NO_COLOR', undefined, { NO_COLOR: '' }, true, true],
    ['FORCE_COLOR in a pipe', undefined, { FORCE_COLOR: '1' }, false, true],
    ['FORCE_COLOR=0', undefined, { FORCE_COLOR: '0' }, true, false],
    ['FORCE_COLOR over NO_COLOR', undefined, { FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
    ['--no-color over FORCE_COLOR', false, { FORCE_COLOR: '1' }, true, false],
    ['--color over NO_COLOR', true, { NO_COLOR: '1' }, false, true],
  ])('%s', (_name, flag, env, isTerminal, expected) => {
    expect(wantsColor(flag, env, isTerminal)).toBe(expected);
  });
});

describe('styleFor', () => {
  it('colours only when asked to, and sanitizes what it colours', () => {
    expect(String(styleFor(true)('bad', safe`${'a\u001b'}`))).toBe('\u001b[31ma\\u001b\u001b[39m');
    expect(String(styleFor(false)('bad', safe`a`))).toBe('a');
  });
});
