import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fetchWithNpm } from './fetch.ts';
import { mergeModules } from './merge-modules.ts';
import { repository } from './repository.ts';
import { replacements } from './versions.ts';
import { WineError } from './wine-error.ts';

const ownFolder = 'tools/wine';
/** Tools that look at the sources, or build from them, and that no test needs. */
const notForTests =
  /^(knip|oxfmt|oxlint|oxlint-tsgolint|publint|tsup|@arethetypeswrong\/cli|@changesets\/cli)$/;

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>> | null>>;
}

/**
 * Copies the sources (what git tracks or would, but for what it ignores) into a folder where Windows can run their tests:
 * without symbolic links between packages, which Wine shows as what they lead to, and with the dependencies for Windows.
 * Returns the test files, relative and with `/`.
 */
export async function copyWorkspace(folder: string, logs: string): Promise<readonly string[]> {
  const files = sourceFiles();
  for (const file of files) {
    const target = path.join(folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    copyFileSync(path.join(repository, file), target);
  }
  const suite = path.join(repository, ownFolder, 'suite');
  for (const name of readdirSync(suite)) copyFileSync(path.join(suite, name), path.join(folder, name));
  const manifests = files.filter((file) => /^(packages\/[^/]+|tools\/[^/]+)?\/?package\.json$/.test(file));
  writeJson(path.join(folder, 'package.json'), manifestFor(manifests.map(readManifest)));
  await fetchWithNpm({
    name: 'npm-install',
    arguments: ['install', '--os=win32', '--cpu=x64', '--ignore-scripts', '--no-audit', '--no-fund'],
    cwd: folder,
    logs,
  });
  await mergeModules(folder, logs);
  resolveOwnPackages(folder, manifests); // Afterwards: npm removes links that it did not make.
  return files.filter((file) => /^(packages|tools)\/[^/]+\/test\/.*\.test\.ts$/.test(file));
}

function sourceFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: repository,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const deleted = execFileSync('git', ['ls-files', '--deleted', '-z'], { cwd: repository, encoding: 'utf8' });
  const gone = new Set(deleted.split('\0'));
  // These say how the repository itself is installed and tested; the copy has its own.
  const replaced = /^(package\.json|pnpm-.*\.yaml|vitest\.config\.ts)$/;
  return [...new Set(listed.split('\0'))].filter(
    (file) => file !== '' && !gone.has(file) && !replaced.test(file),
  );
}

function readManifest(file: string): Manifest {
  return JSON.parse(readFileSync(path.join(repository, file), 'utf8')) as Manifest;
}

/** One package with what all packages and the tests need, at the versions of the catalog. */
function manifestFor(manifests: readonly Manifest[]): unknown {
  const catalog = readCatalog(readFileSync(path.join(repository, 'pnpm-workspace.yaml'), 'utf8'));
  const dependencies: Record<string, string> = { vite: replacements.vite };
  for (const manifest of [readManifest('package.json'), ...manifests]) {
    for (const [name, range] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      if (range.startsWith('workspace:') || notForTests.test(name)) continue;
      const version = range === 'catalog:' ? catalog.get(name) : range;
      if (version === undefined) throw new WineError(`The catalog has no ${name}.`);
      dependencies[name] = version;
    }
  }
  return {
    name: 'suite',
    private: true,
    type: 'module',
    dependencies,
    overrides: {
      rollup: replacements.rollup,
      vite: '$vite',
      ...('esbuild' in dependencies ? { esbuild: '$esbuild' } : {}),
    },
  };
}

/** The `catalog:` of pnpm-workspace.yaml: one `NAME: VERSION` a line. */
export function readCatalog(yaml: string): ReadonlyMap<string, string> {
  const [, section = ''] = /^catalog:\n((?: {2}.*\n|\n)*)/m.exec(yaml) ?? [];
  const lines = section.matchAll(/^ {2}'?([^'\s:]+)'?: ['"]?([^'"\s]+)['"]?$/gm);
  return new Map(Array.from(lines, ([, name = '', version = '']) => [name, version]));
}

/**
 * Lets our packages be found from everywhere: by esbuild and TypeScript through `paths`, by vitest through the same list, and
 * by plain node through links.
 */
function resolveOwnPackages(folder: string, manifests: readonly string[]): void {
  const sources: Record<string, string> = {};
  const links = path.join(folder, 'node_modules');
  for (const file of manifests) {
    const { name, exports = {} } = readManifest(file);
    if (Object.keys(exports).length === 0) continue; // Most tools are not imported by anybody.
    const directory = path.posix.dirname(file);
    for (const [subpath, target] of Object.entries(exports)) {
      const source = typeof target === 'string' ? target : target?.['@tapps-agents/source'];
      if (source !== undefined && !source.includes('*'))
        sources[path.posix.join(name, subpath)] = `./${path.posix.join(directory, source)}`;
    }
    mkdirSync(path.dirname(path.join(links, name)), { recursive: true });
    symlinkSync(path.join(folder, directory), path.join(links, name));
  }
  writeJson(path.join(folder, 'own-packages.json'), sources);
  const configuration = path.join(folder, 'tsconfig.base.json');
  const base = JSON.parse(readFileSync(configuration, 'utf8')) as {
    compilerOptions: Record<string, unknown>;
  };
  const paths = Object.fromEntries(Object.entries(sources).map(([name, source]) => [name, [source]]));
  writeJson(configuration, { ...base, compilerOptions: { ...base.compilerOptions, paths } });
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
