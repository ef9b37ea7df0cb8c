import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The folders under tools/bench/peers, each a package with a lockfile of its own. */
export const peerGroups = ['sqlite', 'liteque', 'files'] as const;

/** One of {@link peerGroups}. */
export type PeerGroup = (typeof peerGroups)[number];

/** The variable that tells a child where the groups were installed. */
export const PEERS_VARIABLE = 'TAPPS_BENCH_PEERS';

/** Loads a peer by `require`; what it is, the caller says. */
export function requirePeer(group: PeerGroup, name: string): unknown {
  return requireOf(group)(name);
}

/** Loads a peer by `import`. */
export async function importPeer(group: PeerGroup, name: string): Promise<unknown> {
  return await import(pathToFileURL(entryOf(group, name)).href);
}

function requireOf(group: PeerGroup): NodeJS.Require {
  const installed = process.env[PEERS_VARIABLE];
  if (installed === undefined) throw new Error(`${PEERS_VARIABLE} is not set.`);
  return createRequire(join(installed, group, 'package.json'));
}

/** Packages that have no entry for `require` say where theirs for `import` is. */
function entryOf(group: PeerGroup, name: string): string {
  const require = requireOf(group);
  try {
    return require.resolve(name);
  } catch {
    const folder = join(process.env[PEERS_VARIABLE] ?? '', group, 'node_modules', name);
    const manifest = require(join(folder, 'package.json')) as {
      module?: string;
      exports?: unknown;
      main?: string;
    };
    return join(folder, entryIn(manifest.exports) ?? manifest.module ?? manifest.main ?? 'index.js');
  }
}

/** What `exports` names for an import of the package itself. */
function entryIn(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (typeof exports !== 'object' || exports === null) return undefined;
  const conditions = exports as Record<string, unknown>;
  for (const condition of ['.', 'node', 'import', 'default']) {
    const entry = entryIn(conditions[condition]);
    if (entry !== undefined) return entry;
  }
  return undefined;
}
