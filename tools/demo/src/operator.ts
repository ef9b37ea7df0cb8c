import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DemoError } from './demo-error.ts';
import type { Workspace } from './workspace.ts';

/** The built `tapps-mq`. */
export const OPERATOR_SCRIPT = fileURLToPath(new URL('../../../packages/cli/dist/main.js', import.meta.url));

/**
 * Runs `tapps-mq` as an operator would, in the demo's directory, and returns what it printed.
 *
 * @throws DemoError `ERR_UNEXPECTED` when it does not end well, with what it said.
 */
export async function runOperator(
  workspace: Workspace,
  args: readonly string[],
  options: { readonly colour: boolean; readonly signal: AbortSignal },
): Promise<string> {
  const { FORCE_COLOR: _, ...environment } = process.env;
  const child = spawn(process.execPath, [OPERATOR_SCRIPT, ...args], {
    cwd: workspace.directory,
    env: { ...environment, ...(options.colour ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }) },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: options.signal,
    killSignal: 'SIGKILL',
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) {
    throw new DemoError(
      'ERR_UNEXPECTED',
      `tapps-mq ${args.join(' ')} ended with ${code}: ${errors.trim() || output.trim()}`,
    );
  }
  return output;
}
