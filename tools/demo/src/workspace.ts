import { mkdir, mkdtemp, readdir, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DemoError } from './demo-error.ts';
import { shellWord } from './printable.ts';

/** Every path of the demo's own directory. */
export interface Workspace {
  readonly directory: string;
  /** The messages directory, where `tapps-mq` finds it by itself. */
  readonly root: string;
  /** Where each agent notes what it really did, independently of the queue. */
  readonly effects: string;
  readonly logs: string;
  /** All analyses, for the summariser. */
  readonly analyses: string;
  readonly report: string;
  /** What starts `tapps-mq`, as it is typed in this directory: a file that the demo puts there. */
  readonly operator: string;
}

/**
 * Makes the demo's directory: a fresh one among the temporary files, or the chosen one. `operatorScript` is the
 * built `tapps-mq`.
 *
 * @throws DemoError `ERR_USAGE` when the chosen directory is not empty: what lies there is not the demo's to touch.
 */
export async function createWorkspace(chosen: string | null, operatorScript: string): Promise<Workspace> {
  const directory = await realpath(
    chosen === null ? await mkdtemp(path.join(tmpdir(), 'tapps-agents-demo-')) : await claim(chosen),
  );
  const workspace: Workspace = {
    directory,
    root: path.join(directory, '.tapps-agents', 'messages'),
    effects: path.join(directory, 'effects'),
    logs: path.join(directory, 'logs'),
    analyses: path.join(directory, 'analyses.json'),
    report: path.join(directory, 'report.md'),
    operator: process.platform === 'win32' ? String.raw`.\tapps-mq` : './tapps-mq',
  };
  await mkdir(workspace.effects);
  await mkdir(workspace.logs);
  const fileName = process.platform === 'win32' ? 'tapps-mq.cmd' : 'tapps-mq';
  await writeFile(path.join(directory, fileName), launcher(operatorScript), { mode: 0o755 });
  return workspace;
}

async function claim(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true }).catch((error: unknown) => {
    throw new DemoError('ERR_USAGE', `--root ${directory} cannot be made; choose another directory.`, error);
  });
  if ((await readdir(directory)).length > 0) {
    throw new DemoError('ERR_USAGE', `--root ${directory} is not empty; choose a new directory.`);
  }
  return directory;
}

function launcher(script: string): string {
  if (process.platform === 'win32') return `@"${process.execPath}" "${script}" %*\r\n`;
  return `#!/bin/sh\nexec ${shellWord(process.execPath)} ${shellWord(script)} "$@"\n`;
}
