import { describe, expect, it } from 'vitest';
import { Narrative } from '../src/narrative.ts';
import { ProgressLine } from '../src/progress-line.ts';

function screen(interactive: boolean) {
  const written: string[] = [];
  return { written, write: (text: string) => void written.push(text), interactive, columns: 60 };
}

function told(colour: boolean): string[] {
  const lines: string[] = [];
  const narrative = new Narrative({ print: (line) => void lines.push(line) }, colour);
  narrative.step('First');
  narrative.say('plain \u001b[31mnot red');
  narrative.step('Second');
  narrative.command('ls');
  narrative.good('all');
  narrative.bad('one');
  return lines;
}

describe('ProgressLine', () => {
  it('writes a line at every ten percent into a pipe', () => {
    const pipe = screen(false);
    const progress = new ProgressLine(pipe);
    for (let done = 0; done <= 40; done += 1) progress.update(done, 40, 'busy');
    expect(pipe.written).toHaveLength(10);
    expect(pipe.written.at(0)).toBe('   4/40 tasks done, 10%\n');
    expect(pipe.written.at(-1)).toBe('   40/40 tasks done, 100%\n');
  });

  it('rewrites one line on a terminal, and puts other lines above it', () => {
    const terminal = screen(true);
    let now_ms = 0;
    const progress = new ProgressLine(terminal, () => now_ms);
    progress.update(1, 4, 'a');
    now_ms = 10;
    progress.update(2, 4, 'too soon to draw');
    progress.print('news');
    now_ms = 60;
    progress.update(3, 4, 'a step whose name is far too long for the width');
    progress.end();
    progress.print('after');
    const bar25 = '   [#####...............] 1/4 25%  a';
    const bar75 = '   [###############.....] 3/4 75%  a step whose name is fa…';
    expect(bar75).toHaveLength(59);
    const erase = '\r\u001b[2K';
    const bar50 = '   [##########..........] 2/4 50%  too soon to draw';
    expect(terminal.written).toEqual([bar25, erase, 'news\n', bar50, erase + bar75, erase, 'after\n']);
  });
});

describe('Narrative', () => {
  it('numbers its steps and shows control characters', () => {
    expect(told(false)).toEqual([
      '',
      '1. First',
      String.raw`   plain \u001b[31mnot red`,
      '',
      '2. Second',
      '   $ ls',
      '   ok  all',
      '   NO  one',
    ]);
  });

  it('has colour where it is wanted', () => {
    expect(told(true)[1]).toBe('\u001b[1m1. First\u001b[22m');
  });
});
