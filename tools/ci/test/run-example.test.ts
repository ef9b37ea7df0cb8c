import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repository } from '../src/bundle-from-source.ts';
import { exampleTypeFaults } from '../src/check-example-types.ts';
import { openExampleRunner, type ExampleRunner } from '../src/run-example.ts';
import type { ExampleLanguage, ReadmeExample } from '../src/readme-examples.ts';

const noShell = 'Windows has no POSIX shell';

function example(language: ExampleLanguage, program: string): ReadmeExample {
  return { name: 'planted', language, line: 1, program, output: '' };
}

describe('the example runner', () => {
  let runner: ExampleRunner;
  beforeAll(async () => {
    runner = await openExampleRunner();
  });
  afterAll(async () => {
    await runner[Symbol.asyncDispose]();
  });

  test('runs TypeScript in an empty directory of its own and returns standard output alone', async () => {
    const program = [
      "import { readdirSync } from 'node:fs';",
      'const files: string[] = readdirSync(process.cwd());',
      "console.error('aside');",
      "console.log('files:', files.length);",
    ].join('\n');
    expect(await runner.run(example('ts', program), repository)).toBe('files: 0\n');
  });

  test('rejects a TypeScript program that throws, with what it wrote', async () => {
    const program = "console.log('so far'); throw new Error('no further');";
    await expect(runner.run(example('ts', program), repository)).rejects.toThrow(
      /ended with 1[\s\S]*so far[\s\S]*no further/,
    );
  });

  test('stops a shell script at the first command that fails, and at an unset variable', async ({ skip }) => {
    skip(process.platform === 'win32', noShell);
    await expect(runner.run(example('sh', 'false\necho reached'), repository)).rejects.toThrow(
      'ended with 1',
    );
    await expect(runner.run(example('sh', 'echo "$SURELY_UNSET"'), repository)).rejects.toThrow(
      'SURELY_UNSET',
    );
  });

  test('leaves nothing behind', async ({ skip }) => {
    skip(process.platform === 'win32', noShell);
    const own = await openExampleRunner();
    let directory: string;
    try {
      directory = (await own.run(example('sh', 'touch left-over; pwd'), repository)).trim();
      expect(existsSync(directory)).toBe(true);
    } finally {
      await own[Symbol.asyncDispose]();
    }
    expect(existsSync(directory)).toBe(false);
  });
});

describe('exampleTypeFaults', () => {
  test('accepts a correct module with a top-level await', () => {
    const program =
      'const one: number = await Promise.resolve(1);\nconsole.log(one satisfies number);\nexport {};';
    expect(exampleTypeFaults([{ name: 'good', program, resolveFrom: repository }])).toEqual([]);
  });

  test('names the example and the line of a wrong type and of an import that does not exist', () => {
    const program = "\nexport const one: string = 1;\nimport { no } from '@tapps-agents/nowhere';";
    expect(exampleTypeFaults([{ name: 'bad', program, resolveFrom: repository }])).toEqual([
      expect.stringMatching(/^bad:2: .*not assignable to type 'string'/),
      expect.stringMatching(/^bad:3: Cannot find module '@tapps-agents\/nowhere'/),
    ]);
  });
});
