import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { peerGroups } from './peer-modules.ts';
import type { Peers } from './peers.ts';
import { dirqVersion } from './programs.ts';

/** What was compared with, by the names of packages that belong together, each with the version that was installed. */
export type PeerVersions = readonly Readonly<Record<string, string>>[];

/** The versions of all peers that are there. */
export function peerVersions({ directory, missing }: Peers): PeerVersions {
  const groups = peerGroups.filter((group) => missing[group] === undefined);
  const dirq = dirqVersion();
  return [
    ...groups.map((group) => installedIn(join(directory, group))),
    ...(dirq === null ? [] : [{ 'python3-dirq': dirq }]),
  ];
}

/** What a group asks for, in the versions that it has. */
export function installedIn(folder: string): Readonly<Record<string, string>> {
  const { dependencies = {} } = manifestIn(folder);
  return Object.fromEntries(
    Object.keys(dependencies).map((name) => [
      name,
      manifestIn(join(folder, 'node_modules', name)).version ?? 'of no version',
    ]),
  );
}

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}
