import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs a script of the repository, and returns what it printed and how it ended. */
export function spawnNode(argv: readonly string[]): Promise<{ exitCode: number | null; stdout: string }> {
  const cwd = fileURLToPath(new URL('../../../../', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argv, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout }));
  });
}
