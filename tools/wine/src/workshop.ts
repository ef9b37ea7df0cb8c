import type { NodeLine } from './versions.ts';
import type { WinePrefix } from './wine-prefix.ts';

/** One Node in a Windows of its own. */
export interface Bench {
  readonly line: NodeLine;
  readonly nodeExe: string;
  readonly prefix: WinePrefix;
}

/** Where everything of this run lies. */
export interface Workshop {
  readonly wine: string;
  readonly drive: string;
  readonly logs: string;
  readonly testFiles: readonly string[];
  /** When everything ends, by `performance.now()`. */
  readonly deadline_ms: number;
}
