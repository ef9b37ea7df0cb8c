import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExitCode } from '../src/exit-code.ts';
import { bundleCli } from './support/bundled-cli.ts';
import type { BundledCli } from './support/bundled-cli.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const EXAMPLE = /```sh\n# example: (\S+)\n([^]*?)```\n\n```text\n([^]*?)```/g;

let cli: BundledCli;
beforeAll(async () => {
  cli = await bundleCli();
});
afterAll(() => cli.remove());

describe.skipIf(process.platform === 'win32')('programs in the README', () => {
  const examples = [...README.matchAll(EXAMPLE)].map(([, name = '', program = '', output = '']) => ({
    name,
    program,
    output,
  }));

  it('are found', () => {
    expect(examples.map(({ name }) => name)).toEqual(['first-result', 'repair']);
  });

  it.each(examples)('print what it says: $name', ({ program, output }) => {
    const cwd = temporaryDirectory();
    const bin = join(cwd, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'tapps-mq'), `#!/bin/sh\nexec '${process.execPath}' '${cli.path}' "$@"\n`);
    chmodSync(join(bin, 'tapps-mq'), 0o755);
    const work = join(cwd, 'work');
    mkdirSync(work);
    const ran = spawnSync('sh', ['-c', `exec 2>&1\n${program}`], {
      cwd: work,
      encoding: 'utf8',
      env: { PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` },
    });
    expect(ran.stdout).toBe(output);
  });
});

describe('the README', () => {
  it('has every exit code', () => {
    for (const code of Object.values(ExitCode)) expect(README).toMatch(new RegExp(`^\\| ${code} +\\|`, 'm'));
  });

  it('has every error code of the cli', () => {
    const source = readFileSync(new URL('../src/cli-error.ts', import.meta.url), 'utf8');
    const codes = new Set(source.match(/ERR_\w+/g));
    expect(codes.size).toBeGreaterThan(5);
    for (const code of codes) expect(README).toMatch(new RegExp(`^\\| \`${code}\` +\\|`, 'm'));
  });
});
