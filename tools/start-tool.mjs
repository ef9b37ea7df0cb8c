// What the start.mjs of every tool does: bundles the tool from the sources of this workspace, so that nothing needs to be
// built before, and runs it.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * ink looks for the developer tools of react, which nobody has installed, in development only; a bundle has to have something
 * there.
 *
 * @type {import('esbuild').Plugin}
 */
export const withoutDevtools = {
  name: 'without-devtools',
  setup(context) {
    context.onResolve({ filter: /^react-devtools-core$/ }, ({ path: name }) => ({
      path: name,
      namespace: 'nothing',
    }));
    context.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'export default {};' }));
  },
};

/**
 * Bundles programs of a tool, `src/NAME.ts`, into its `dist/NAME.js`.
 *
 * @param {string} directory the tool's folder
 * @param {readonly string[]} names
 * @param {string} outdir where to instead, below the tool's folder: for tests, beside which the tool may be at work
 */
export async function bundleTool(directory, names, outdir = 'dist') {
  await build({
    absWorkingDir: directory,
    entryPoints: names.map((name) => `src/${name}.ts`),
    outdir,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    conditions: ['@tapps-agents/source'],
    // jsonc-parser's other form, UMD, loads its parts in a way that no bundler follows.
    mainFields: ['module', 'main'],
    plugins: [withoutDevtools],
    // Modules in CommonJS, such as graceful-fs, call require() for node's own modules; an ES module has none.
    banner: {
      js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
    },
    sourcemap: 'linked', // For debuggers alone: inline, it would be three quarters of what every process of a tool reads.
    logLevel: 'warning',
  });
}

/**
 * Bundles a tool's programs and runs the first with this process's arguments; its exit code becomes this process's.
 *
 * @param {string} startUrl `import.meta.url` of the tool's start.mjs
 * @param {readonly string[]} names
 */
export async function startTool(startUrl, names) {
  const directory = fileURLToPath(new URL('.', startUrl));
  await bundleTool(directory, names);
  const program = path.join(directory, 'dist', `${names[0]}.js`);
  const child = spawn(process.execPath, [program, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the tool by itself, as a member of the same terminal; this process only waits for it to tidy up.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
}
