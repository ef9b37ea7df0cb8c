import { describe, expect, it } from 'vitest';
import { durationOption } from '../src/options/duration-option.ts';
import { filterFrom } from '../src/options/filter-options.ts';
import { pointInTime } from '../src/options/point-in-time.ts';
import { shellWord } from '../src/shell-word.ts';
import { wholeNumber } from '../src/options/whole-number.ts';

const NOW_MS = Date.parse('2026-01-09T12:00:00Z');

describe('pointInTime', () => {
  it.each([
    ['2h', NOW_MS - 7_200_000],
    ['1.5d', NOW_MS - 129_600_000],
    ['2026-01-08', Date.parse('2026-01-08T00:00:00Z')],
    ['2026-01-08T10:30', Date.parse('2026-01-08T10:30:00Z')],
    ['2026-01-08T10:30:15.5Z', Date.parse('2026-01-08T10:30:15.500Z')],
    ['2026-01-08T10:30+02:00', Date.parse('2026-01-08T08:30:00Z')],
  ])('%s', (text, expected) => {
    expect(pointInTime(text, '--before', NOW_MS)).toBe(expected);
  });

  it.each(['', '2', '-2h', '2 weeks', 'yesterday', '2026-02-30', '2026-13-01', '2026-01-08T25:00', '2026'])(
    'refuses %j',
    (text) => {
      expect(() => pointInTime(text, '--before', NOW_MS)).toThrow(/^--before needs a moment/);
    },
  );
});

describe('wholeNumber', () => {
  it('takes what is within bounds, and nothing else', () => {
    expect(wholeNumber('1', '--limit', { least: 1, most: 10 })).toBe(1);
    expect(wholeNumber('10', '--limit', { least: 1, most: 10 })).toBe(10);
    for (const text of ['0', '11', '1.5', '-1', '', 'ten', '1e1']) {
      expect(() => wholeNumber(text, '--limit', { least: 1, most: 10 })).toThrow(
        /--limit needs a whole number from 1 to 10/,
      );
    }
  });
});

describe('durationOption', () => {
  it('takes units, and bare milliseconds', () => {
    expect(durationOption('30s', '--delay')).toBe('30s');
    expect(durationOption('1.5h', '--delay')).toBe('1.5h');
    expect(durationOption('250', '--delay')).toBe(250);
    for (const text of ['', 's', '-1s', '5 m', '1.5', '3w']) {
      expect(() => durationOption(text, '--delay')).toThrow(/^--delay needs a duration/);
    }
  });
});

describe('filterFrom', () => {
  it('asks for nothing that was not given', () => {
    expect(filterFrom({}, NOW_MS)).toEqual({});
  });

  it('asks for all that was given', () => {
    const options = {
      agent: 'a',
      workflow: 'w',
      task: 't',
      type: 'y',
      reason: 'exhausted',
      id: '01',
      before: '1h',
      after: '2h',
      limit: '3',
    };
    expect(filterFrom(options, NOW_MS)).toEqual({
      agentId: 'a',
      workflowId: 'w',
      taskId: 't',
      messageType: 'y',
      code: 'exhausted',
      id: '01',
      before_ms: NOW_MS - 3_600_000,
      after_ms: NOW_MS - 7_200_000,
      limit: 3,
    });
  });

  it('names the reason that was meant', () => {
    expect(() => filterFrom({ reason: 'exausted' }, NOW_MS)).toThrow(/Did you mean exhausted\?/);
    expect(() => filterFrom({ reason: 'toString' }, NOW_MS)).toThrow(/--reason needs one of/);
  });
});

describe('shellWord', () => {
  it.each([
    ['coder', 'coder'],
    ['a/b:c.json', 'a/b:c.json'],
    ['', "''"],
    ['-x', "'-x'"],
    ['two words', "'two words'"],
    ["it's", String.raw`'it'\''s'`],
    ['$(rm -rf /)', "'$(rm -rf /)'"],
    ["co\u202eder's \\", String.raw`$'co\u202eder\'s \\'`],
  ])('%s', (word, expected) => {
    expect(shellWord(word, 'linux')).toBe(expected);
    expect(shellWord(word, 'darwin')).toBe(expected);
  });

  it.each([
    ['coder', 'coder'],
    [String.raw`C:\mq\inbox`, String.raw`C:\mq\inbox`],
    ['dlq/inbox/coder/x~p1.d1~k8bire.json', 'dlq/inbox/coder/x~p1.d1~k8bire.json'],
    ['', '""'],
    ['-x', '"-x"'],
    ['a,b', '"a,b"'],
    ['two words', '"two words"'],
    [String.raw`C:\my files` + '\\', String.raw`"C:\my files` + '\\\\"'],
    ["it's", '"it\'s"'],
    ['100% of it', '"100% of it"'],
    ['a%PATH%b', "'a%PATH%b'"],
    ["it's $HOME", "'it''s $HOME'"],
    ['say "no"', '\'say "no"\''],
    ['co\u202eder "$x"', '"co`u{202e}der `"`$x`""'],
  ])('for cmd and PowerShell: %s', (word, expected) => {
    expect(shellWord(word, 'win32')).toBe(expected);
  });
});
