import { describe, expect, it } from 'vitest';
import { divideAtExec } from '../src/exec/exec-arguments.ts';

describe('divideAtExec', () => {
  it('leaves everything after --exec to the command, options of ours too', () => {
    expect(
      divideAtExec(['work', '--agent', 'a', '--exec', 'sh', '-c', 'x', '--json', '--help', '--exec', 'y']),
    ).toEqual({
      own: ['work', '--agent', 'a', '--exec=sh'],
      commandArguments: ['-c', 'x', '--json', '--help', '--exec', 'y'],
    });
  });

  it('takes --exec=COMMAND as well', () => {
    expect(divideAtExec(['work', '--exec=sh', '-c', 'x'])).toEqual({
      own: ['work', '--exec=sh'],
      commandArguments: ['-c', 'x'],
    });
  });

  it('lets a missing command be seen', () => {
    expect(divideAtExec(['work', '--exec'])).toEqual({ own: ['work', '--exec='], commandArguments: [] });
  });

  it('divides nothing without --exec, or where -- comes before it', () => {
    expect(divideAtExec(['inspect', 'x'])).toEqual({ own: ['inspect', 'x'], commandArguments: [] });
    expect(divideAtExec(['inspect', '--', '--exec'])).toEqual({
      own: ['inspect', '--', '--exec'],
      commandArguments: [],
    });
  });
});
