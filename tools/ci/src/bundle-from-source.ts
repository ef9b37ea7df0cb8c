import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build as bundle, type Plugin } from 'esbuild';
import { withoutDevtools } from '../../start-tool.mjs';

/** The root of the repository. */
export const repository = join(import.meta.dirname, '../../..');

/** A package of this workspace. */
export interface WorkspacePackage {
  readonly name: string;
  readonly directory: string;
}

/** The packages below packages/, sorted by folder name. */
export async function workspacePackages(): Promise<readonly WorkspacePackage[]> {
  const packages = join(repository, 'packages');
  const folders = (await readdir(packages)).sort();
  return Promise.all(
    folders.map(async (folder) => {
      const directory = join(packages, folder);
      const manifest: { name: string } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
      return { name: manifest.name, directory };
    }),
  );
}

/** Something to bundle: a file, or a program in hand with the folder from which it resolves its imports. */
export type BundleInput =
  | { readonly file: string }
  | { readonly program: string; readonly name: string; readonly resolveFrom: string };

/** Where to: one module, or a folder with what only some runs of the program load in modules of their own, as a package has it. */
export type BundleOutput = { readonly outfile: string } | { readonly outdir: string };

/**
 * Bundles a program with all it imports into an ES module that plain node runs, from the sources of this
 * workspace's packages: nothing needs to be built before. Our packages are found from anywhere, also where nobody depends on them.
 */
export async function bundleFromSource(input: BundleInput, output: BundleOutput): Promise<void> {
  await bundle({
    ...('file' in input
      ? { entryPoints: [input.file] }
      : {
          stdin: {
            contents: input.program,
            loader: 'ts' as const,
            resolveDir: input.resolveFrom,
            sourcefile: input.name,
          },
        }),
    ...output,
    splitting: 'outdir' in output,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@tapps-agents/source'],
    // jsonc-parser's other form, UMD, loads its parts in a way that no bundler follows.
    mainFields: ['module', 'main'],
    plugins: [workspaceImports(await workspacePackages()), withoutDevtools],
    // Modules in CommonJS, such as graceful-fs, call require() for node's own modules; an ES module has none.
    banner: {
      js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
    },
    logLevel: 'silent',
  });
}

/** Resolves our own packages by the `exports` in their folder, as if every program depended on them. */
function workspaceImports(packages: readonly WorkspacePackage[]): Plugin {
  return {
    name: 'workspace-imports',
    setup(build) {
      build.onResolve({ filter: /^@tapps-agents\// }, async ({ path, kind, pluginData }) => {
        const owner = packages.find(({ name }) => path === name || path.startsWith(`${name}/`));
        // `pluginData` marks our own second look, which is esbuild's to answer.
        if (owner === undefined || pluginData === workspaceImports) return undefined;
        return build.resolve(path, { kind, resolveDir: owner.directory, pluginData: workspaceImports });
      });
    },
  };
}
