import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repository, workspacePackages } from '../src/bundle-from-source.ts';
import { exampleTypeFaults } from '../src/check-example-types.ts';
import { readmeExamples } from '../src/readme-examples.ts';
import { openExampleRunner, type ExampleRunner } from '../src/run-example.ts';

interface Readme {
  /** Its path from the root, for the names of tests. */
  readonly title: string;
  readonly path: string;
  readonly needsExample: boolean;
  /** The folder whose dependencies its programs have. */
  readonly resolveFrom: string;
}

const packages = await workspacePackages();
const readmes: readonly Readme[] = [
  // The root has no dependencies of its own; from the queue every package that a program can import is in reach.
  {
    title: 'README.md',
    path: join(repository, 'README.md'),
    needsExample: false,
    resolveFrom: join(repository, 'packages/queue'),
  },
  ...readdirSync(join(repository, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => ({
      title: `docs/${name}`,
      path: join(repository, 'docs', name),
      needsExample: false,
      resolveFrom: join(repository, 'packages/queue'),
    })),
  ...packages.map(({ directory }) => ({
    title: join(directory, 'README.md').slice(repository.length + 1),
    path: join(directory, 'README.md'),
    needsExample: true,
    resolveFrom: directory,
  })),
];

function examplesOf({ path }: Readme) {
  return existsSync(path) ? readmeExamples(readFileSync(path, 'utf8')) : [];
}

let runner: ExampleRunner;
beforeAll(async () => {
  runner = await openExampleRunner();
});
afterAll(async () => {
  await runner[Symbol.asyncDispose]();
});

describe.each(readmes)('$title', (readme) => {
  const examples = examplesOf(readme);

  test('exists, with an example if it is a package', () => {
    expect(existsSync(readme.path)).toBe(true);
    if (readme.needsExample) expect(examples.map(({ name }) => name)).not.toEqual([]);
  });

  test.skipIf(examples.length === 0).for(examples)(
    '$name prints what the README says',
    async (example, { skip }) => {
      skip(example.language === 'sh' && process.platform === 'win32', 'Windows has no POSIX shell');
      expect((await runner.run(example, readme.resolveFrom)).trim()).toBe(example.output.trim());
    },
  );
});

test('the TypeScript examples pass the type check', () => {
  const sources = readmes.flatMap((readme) =>
    examplesOf(readme)
      .filter(({ language }) => language === 'ts')
      .map(({ name, program }) => ({ name, program, resolveFrom: readme.resolveFrom })),
  );
  expect(exampleTypeFaults(sources)).toEqual([]);
});
