import type { FileAnalysis } from './analysis.ts';

/** One file, what it imports of the folder's files, and what from elsewhere. */
export interface GraphNode {
  readonly path: string;
  /** Files of the folder, sorted. */
  readonly imports: readonly string[];
  /** Packages and built-in modules, and relative imports that lead to no analysed file; sorted. */
  readonly externals: readonly string[];
}

/** Who imports which file or package, most imported first. */
export interface Imported {
  readonly module: string;
  readonly importers: number;
}

/** Extensions that an import may leave out, and what an import's own extension may stand for in the sources. */
const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.d.ts'];
const WRITTEN_FOR: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.jsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};

/** Links the analysed files to each other by their relative imports. */
export function importGraph(analyses: readonly Pick<FileAnalysis, 'path' | 'imports'>[]): GraphNode[] {
  const known = new Set(analyses.map((analysis) => analysis.path));
  return analyses
    .map(({ path, imports }): GraphNode => {
      const inside = new Set<string>();
      const outside = new Set<string>();
      for (const specifier of imports) {
        const target = resolveImport(path, specifier, known);
        if (target !== null) inside.add(target);
        else outside.add(specifier.startsWith('.') ? specifier : packageOf(specifier));
      }
      return { path, imports: [...inside].toSorted(), externals: [...outside].toSorted() };
    })
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Counts importers of files and of packages; relative imports that lead nowhere are not counted. */
export function mostImported(graph: readonly GraphNode[]): { files: Imported[]; packages: Imported[] } {
  return {
    files: ranked(graph.flatMap((node) => node.imports)),
    packages: ranked(graph.flatMap((node) => node.externals.filter((name) => !name.startsWith('.')))),
  };
}

/** The analysed file that a relative import means; null for packages, and for files that were not analysed. */
export function resolveImport(from: string, specifier: string, known: ReadonlySet<string>): string | null {
  if (!/^\.\.?(\/|$)/.test(specifier)) return null;
  const target = join(from.split('/').slice(0, -1), specifier);
  if (target === null) return null;
  return candidates(target).find((candidate) => known.has(candidate)) ?? null;
}

function candidates(target: string): string[] {
  const extension = /\.[cm]?jsx?$/.exec(target)?.[0];
  const stem = extension === undefined ? target : target.slice(0, -extension.length);
  const written = (extension === undefined ? [] : (WRITTEN_FOR[extension] ?? [])).map(
    (other) => stem + other,
  );
  const index = target === '' ? 'index' : `${target}/index`;
  return [target, ...written, ...EXTENSIONS.map((e) => target + e), ...EXTENSIONS.map((e) => index + e)];
}

/** Null when the import leaves the folder. */
function join(folder: readonly string[], specifier: string): string | null {
  const segments = [...folder];
  for (const segment of specifier.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) return null;
  }
  return segments.join('/');
}

/** `@scope/name` or `name` of a package; a built-in module as it is written. */
function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function ranked(modules: readonly string[]): Imported[] {
  const importers = new Map<string, number>();
  for (const module of modules) importers.set(module, (importers.get(module) ?? 0) + 1);
  return [...importers]
    .map(([module, number]) => ({ module, importers: number }))
    .toSorted((a, b) => b.importers - a.importers || (a.module < b.module ? -1 : 1));
}
