import type { Style } from './style.ts';

/** How to lay out what is shown. */
export interface Layout {
  readonly columns: number;
  /** Where sentences are broken; undefined in a pipe, where they are not. */
  readonly wrapAt?: number | undefined;
  readonly style: Style;
  /** How this program is called in the commands that are suggested. */
  readonly program: string;
  readonly now_ms: number;
}
