import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const tools = join(import.meta.dirname, '../../..');

/** Where the interpreter itself is, not what version managers put before it; null where there is none of 3.10 or later. */
export function findPython(): string | null {
  const program = 'import sys; print(sys.executable); sys.exit(sys.version_info < (3, 10))';
  const { status, stdout } = spawnSync('python3', ['-c', program], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

/** The Python example with a fault planted into it, started hundreds of times: so from a copy that is compiled. */
export class PlantedExample implements Disposable {
  readonly #python: string;
  readonly #directory = mkdtempSync(join(tmpdir(), 'tapps-planted-'));

  /** Copies and compiles the example and its faults. The tree, where they leave no bytecode, stays as it is. */
  constructor(python: string) {
    this.#python = python;
    for (const folder of ['examples/python', 'conformance/test/planted'])
      cpSync(join(tools, folder), join(this.#directory, folder), { recursive: true });
    const { status, stderr } = spawnSync(python, ['-m', 'compileall', '-q', this.#directory], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`The Python example cannot be compiled: ${stderr}`);
  }

  /** How it is started with a fault, or with `none`: as a command of a shell. */
  command(fault: string): string {
    // Without `site`, which looks for packages that are installed: the example needs none.
    return `'${this.#python}' -S '${join(this.#directory, 'conformance/test/planted/planted.py')}' ${fault}`;
  }

  [Symbol.dispose](): void {
    rmSync(this.#directory, { recursive: true });
  }
}
