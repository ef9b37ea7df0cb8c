import { describe, expect, it } from 'vitest';
import { nearest } from '../src/suggest.ts';

const COMMANDS = ['init', 'agents', 'send', 'work', 'inspect', 'dlq', 'replay', 'pause', 'resume'];

describe('nearest', () => {
  it.each([
    ['inspec', 'inspect'],
    ['isnpect', 'inspect'],
    ['ins', 'inspect'],
    ['replay-it', 'replay'],
    ['dql', 'dlq'],
    ['snd', 'send'],
  ])('%s means %s', (word, expected) => {
    expect(nearest(word, COMMANDS)).toBe(expected);
  });

  it.each(['', 'x', 'frobnicate', 'delete'])('says nothing for %j, which is like none', (word) => {
    expect(nearest(word, COMMANDS)).toBeUndefined();
  });
});
