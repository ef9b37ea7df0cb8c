import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '@tapps-agents/fs-atomic/testing';

const packageDirectory = join(import.meta.dirname, '..');
const readme = readFileSync(join(packageDirectory, 'README.md'), 'utf8');
const blocks = readme.matchAll(/```ts\n(\/\/ example: (\S+)\n[\s\S]*?)```\s+```text\n([\s\S]*?)```/g);
const examples = Array.from(blocks, ([, program = '', name = '', output = '']) => ({
  name,
  program,
  output,
}));

test('every program of the README is found', () => {
  expect(examples.map((example) => example.name)).toEqual(['publish', 'mutex']);
});

test.each(examples)('the example $name prints what it says', async ({ program, output }) => {
  expect(program.trim().split('\n').length).toBeLessThanOrEqual(16);
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'example.mjs');
  await build({
    stdin: { contents: program, loader: 'ts', resolveDir: packageDirectory },
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@tapps-agents/source'],
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
  });
  const { stdout } = await promisify(execFile)(process.execPath, [path], { cwd: directory.path });
  expect(stdout).toBe(output);
});

test('every error code is in the README', () => {
  const source = readFileSync(join(packageDirectory, 'src', 'errors.ts'), 'utf8');
  const codes = [...new Set(source.match(/'ERR_[A-Z_]+'/g))].map((quoted) => quoted.slice(1, -1));
  const documented = Array.from(readme.matchAll(/^\| `(ERR_[A-Z_]+)`/gm), ([, code]) => code);
  expect(new Set(documented)).toEqual(new Set(codes.filter((code) => code !== 'ERR_INVALID_ARG')));
});
