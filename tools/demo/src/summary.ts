import type { FileAnalysis, Todo } from './analysis.ts';
import { importGraph, mostImported, type GraphNode, type Imported } from './import-graph.ts';

/** The whole folder in figures: what the summariser makes of all analyses. */
export interface Summary {
  readonly totals: {
    readonly files: number;
    readonly lines: number;
    readonly bytes: number;
    readonly exports: number;
    readonly todos: number;
    /** Imports of one analysed file by another. */
    readonly edges: number;
    /** Files that import another. */
    readonly importers: number;
  };
  /** Most lines first. */
  readonly languages: readonly {
    readonly language: string;
    readonly files: number;
    readonly lines: number;
  }[];
  /** Most lines first. */
  readonly largest: readonly { readonly path: string; readonly lines: number }[];
  readonly todos: readonly (Todo & { readonly path: string })[];
  readonly graph: readonly GraphNode[];
  readonly importedFiles: readonly Imported[];
  readonly importedPackages: readonly Imported[];
}

/** Adds up what was found in all files. Nothing is cut. */
export function summarise(analyses: readonly FileAnalysis[]): Summary {
  const graph = importGraph(analyses);
  const imported = mostImported(graph);
  const sum = (value: (analysis: FileAnalysis) => number): number =>
    analyses.reduce((total, analysis) => total + value(analysis), 0);
  const inPathOrder = analyses.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return {
    totals: {
      files: analyses.length,
      lines: sum((analysis) => analysis.lines),
      bytes: sum((analysis) => analysis.bytes),
      exports: sum((analysis) => analysis.counts.exports),
      todos: sum((analysis) => analysis.counts.todos),
      edges: graph.reduce((total, node) => total + node.imports.length, 0),
      importers: graph.filter((node) => node.imports.length > 0).length,
    },
    languages: languages(analyses),
    largest: inPathOrder.toSorted((a, b) => b.lines - a.lines).map(({ path, lines }) => ({ path, lines })),
    todos: inPathOrder.flatMap(({ path, todos }) => todos.map((todo) => ({ path, ...todo }))),
    graph,
    importedFiles: imported.files,
    importedPackages: imported.packages,
  };
}

/** Keeps the beginnings of the lists, and of the graph the files that import most: enough for one screen. */
export function condense(summary: Summary, rows: number): Summary {
  return {
    ...summary,
    languages: summary.languages.slice(0, rows),
    largest: summary.largest.slice(0, rows),
    todos: summary.todos.slice(0, rows),
    graph: summary.graph.toSorted((a, b) => b.imports.length - a.imports.length).slice(0, rows),
    importedFiles: summary.importedFiles.slice(0, rows),
    importedPackages: summary.importedPackages.slice(0, rows),
  };
}

function languages(analyses: readonly FileAnalysis[]): { language: string; files: number; lines: number }[] {
  const byName = new Map<string, { language: string; files: number; lines: number }>();
  for (const { language, lines } of analyses) {
    const entry = byName.get(language) ?? { language, files: 0, lines: 0 };
    entry.files += 1;
    entry.lines += lines;
    byName.set(language, entry);
  }
  return [...byName.values()].toSorted((a, b) => b.lines - a.lines);
}
