import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { bundleFromSource, repository } from './bundle-from-source.ts';
import type { ReadmeExample } from './readme-examples.ts';

/** A temporary directory with all that examples need; removed when disposed of. */
export interface ExampleRunner extends AsyncDisposable {
  /**
   * Runs an example for real, in a fresh directory of its own, and returns what it wrote to standard output. Rejects
   * when it does not end with exit code 0 within 20 s; the error shows what it wrote. `resolveFrom` is the folder whose dependencies it has.
   */
  run(example: ReadmeExample, resolveFrom: string): Promise<string>;
}

const limit_ms = 20_000;

/** Makes a runner. TypeScript runs as a bundle in plain node; shell scripts find `tapps-mq` on their PATH. */
export async function openExampleRunner(): Promise<ExampleRunner> {
  const scratch = await realpath(await mkdtemp(join(tmpdir(), 'tapps-readme-')));
  const commands = join(scratch, 'bin');
  let command: Promise<void> | undefined;
  let count = 0;
  return {
    async run(example, resolveFrom) {
      count += 1;
      const folder = join(scratch, String(count));
      const workingDirectory = join(folder, 'project');
      await mkdir(workingDirectory, { recursive: true });
      if (example.language === 'ts') {
        const outfile = join(folder, 'program.mjs');
        const input = { program: example.program, name: `${example.name}.ts`, resolveFrom };
        await bundleFromSource(input, { outfile });
        return execute(process.execPath, [outfile], workingDirectory, commands);
      }
      if (example.program.includes('tapps-mq')) {
        command ??= installCommand(commands);
        await command;
      }
      return execute('sh', ['-eu', '-c', example.program], workingDirectory, commands);
    },
    async [Symbol.asyncDispose]() {
      await rm(scratch, { recursive: true });
    },
  };
}

/** Puts `tapps-mq` into a folder, laid out as the package is: the program reads its version from the manifest above it. */
async function installCommand(commands: string): Promise<void> {
  const cli = join(repository, 'packages/cli');
  const dist = join(commands, 'dist');
  await bundleFromSource({ file: join(cli, 'src/main.ts') }, { outdir: dist });
  await copyFile(join(cli, 'package.json'), join(commands, 'package.json'));
  const program = `#!/bin/sh\nexec "${process.execPath}" "${join(dist, 'main.js')}" "$@"\n`;
  await writeFile(join(commands, 'tapps-mq'), program, { mode: 0o755 });
}

function execute(file: string, args: readonly string[], cwd: string, commands: string): Promise<string> {
  // Nothing of the caller's environment but where programs and temporary files are: an example must not depend on it.
  const env = {
    PATH: [commands, process.env['PATH'] ?? ''].join(delimiter),
    HOME: cwd,
    TMPDIR: tmpdir(),
    NO_COLOR: '1',
  };
  return new Promise((resolve, reject) => {
    const child = execFile(
      file,
      args,
      { cwd, env, timeout: limit_ms, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        if (error === null) {
          resolve(stdout);
          return;
        }
        const end =
          error.killed === true
            ? `was ended after ${limit_ms} ms`
            : `ended with ${error.code ?? error.signal}`;
        reject(new Error(`The example ${end}.\nstandard output:\n${stdout}\nstandard error:\n${stderr}`));
      },
    );
    child.stdin?.end();
  });
}
