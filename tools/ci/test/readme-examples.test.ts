import { describe, expect, test } from 'vitest';
import { readmeExamples } from '../src/readme-examples.ts';

function markdown(...lines: readonly string[]): string {
  return lines.join('\n');
}

describe('readmeExamples', () => {
  test('finds named programs with the text block that follows', () => {
    const examples = readmeExamples(
      markdown(
        '# Title',
        '```ts',
        '// example: first',
        "console.log('one');",
        '```',
        'It prints:',
        '```text',
        'one',
        '```',
        '```sh',
        '# example: second',
        'echo two',
        '```',
        '```text',
        'two',
        'more',
        '```',
      ),
    );
    expect(examples).toEqual([
      {
        name: 'first',
        language: 'ts',
        line: 2,
        program: "// example: first\nconsole.log('one');",
        output: 'one',
      },
      {
        name: 'second',
        language: 'sh',
        line: 10,
        program: '# example: second\necho two',
        output: 'two\nmore',
      },
    ]);
  });

  test('leaves blocks without a name alone, and fences inside of longer fences', () => {
    expect(readmeExamples(markdown('```sh', 'npm install', '```', '```text', 'x', '```'))).toEqual([]);
    expect(readmeExamples(markdown('````md', '```ts', '// example: quoted', '```', '````'))).toEqual([]);
  });

  test('refuses an example without output', () => {
    const program = ['```ts', '// example: silent', '```'];
    expect(() => readmeExamples(markdown(...program))).toThrow('Line 1: the example silent has no output');
    expect(() =>
      readmeExamples(markdown(...program, '```ts', '// example: next', '```', '```text', '```')),
    ).toThrow('silent has no output');
  });

  test('refuses a name that occurs twice, and a fence that is never closed', () => {
    const twice = ['```sh', '# example: same', '```', '```text', '```'];
    expect(() => readmeExamples(markdown(...twice, ...twice))).toThrow(
      'Line 6: there are two examples named same',
    );
    expect(() => readmeExamples(markdown('text', '```sh', 'echo'))).toThrow(
      'Line 2: the fence ``` is never closed',
    );
  });
});
