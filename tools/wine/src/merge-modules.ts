import path from 'node:path';
import { mustRun } from './run-command.ts';
import { repository } from './repository.ts';

/**
 * Dependencies of very many small files, and the entry points of theirs that something imports. Under Wine an import costs ten times
 * of what it does elsewhere, and each process of the tests pays for each file.
 */
export const mergedEntryPoints: Readonly<Record<string, readonly string[]>> = {
  typebox: [
    'build/index.mjs',
    ...['compile', 'error', 'format', 'guard', 'schema', 'system', 'type', 'value'].map(
      (name) => `build/${name}/index.mjs`,
    ),
  ],
  'es-toolkit': ['dist/compat/index.mjs'],
  ink: ['build/index.js'],
};

/**
 * Puts the code of each of these packages into a few files, in the place of their entry points: those of a package share what they have
 * in common, so that each module is still there once.
 */
export async function mergeModules(
  folder: string,
  logs: string,
  entryPoints = mergedEntryPoints,
): Promise<void> {
  for (const [name, files] of Object.entries(entryPoints)) {
    const [directory = ''] = files[0]?.split('/') ?? [];
    const extension = path.extname(files[0] ?? '');
    await mustRun({
      name: `merge-${name}`,
      file: path.join(repository, 'node_modules/.bin/esbuild'),
      arguments: [
        ...files,
        `--outdir=${directory}`,
        `--outbase=${directory}`,
        ...(extension === '.js' ? [] : [`--out-extension:.js=${extension}`]),
        '--allow-overwrite',
        '--bundle',
        '--splitting',
        '--format=esm',
        '--platform=node',
        '--packages=external',
        '--log-level=warning',
      ],
      cwd: path.join(folder, 'node_modules', name),
      env: process.env,
      logs,
      limit_ms: 60_000,
    });
  }
}
