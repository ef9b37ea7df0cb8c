import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Tells of a position in a bundle which source it comes from. */
export interface SourcePositions {
  /** The source's path from the repository's root; null where the position belongs to no source. Line and column count from 0. */
  fileAt(url: string, line: number, column: number): string | null;
}

/** Reads the source map that lies beside a bundle of this repository's tools. */
export function sourcePositions(bundleUrl: string): SourcePositions {
  const text = readFileSync(`${fileURLToPath(bundleUrl)}.map`, 'utf8');
  const map = new SourceMap(JSON.parse(text) as SourceMapPayload);
  return {
    fileAt(url, line, column) {
      if (url !== bundleUrl) return null;
      const entry = map.findEntry(line, column);
      return 'originalSource' in entry ? fromRoot(entry.originalSource) : null;
    },
  };
}

/** The map's paths start at the bundle's folder, somewhere in tools/bench/dist; those of the tool itself do not leave tools/bench. */
function fromRoot(source: string): string {
  const path = source.replace(/^(\.\.\/)+/, '');
  return /^(packages|tools|node_modules)\//.test(path) ? path : `tools/bench/${path}`;
}
