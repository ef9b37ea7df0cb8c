/** A note to oneself left in a source file. Lines and columns count from 1. */
export interface Todo {
  readonly kind: 'TODO' | 'FIXME';
  readonly line: number;
  readonly column: number;
  /** What follows the word, cut. */
  readonly text: string;
}

/** What an analyst found in one file: the `results.output` of its task. Lists are cut; `counts` is not. */
export interface FileAnalysis {
  /** Relative to the analysed folder, with `/`. */
  readonly path: string;
  readonly language: string;
  readonly bytes: number;
  readonly lines: number;
  /** What the file imports, as it is written there. */
  readonly imports: readonly string[];
  /** The exported names; `* from './x'` for what is passed on. */
  readonly exports: readonly string[];
  readonly todos: readonly Todo[];
  readonly counts: { readonly imports: number; readonly exports: number; readonly todos: number };
}

/** Longest list that is reported of one file, so that its message stays far below the size limit. */
export const MAX_LISTED = 1_000;
/** Longest specifier, name or note that is reported. */
export const MAX_TEXT_CHARACTERS = 160;

/**
 * Reads an analysis back from a completed task. Null when it is not one: another process wrote it, so its shape
 * is looked at rather than believed.
 */
export function toFileAnalysis(output: Readonly<Record<string, unknown>>): FileAnalysis | null {
  const analysis = output['analysis'];
  if (typeof analysis !== 'object' || analysis === null) return null;
  const { path, language, bytes, lines, imports, exports, todos, counts } = analysis as Partial<FileAnalysis>;
  const complete =
    typeof path === 'string' &&
    typeof language === 'string' &&
    typeof bytes === 'number' &&
    typeof lines === 'number' &&
    Array.isArray(imports) &&
    Array.isArray(exports) &&
    Array.isArray(todos) &&
    typeof counts === 'object';
  return complete ? (analysis as FileAnalysis) : null;
}
