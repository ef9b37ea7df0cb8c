import type { Style } from './style.ts';

/** How to lay out what is shown; see {@link tableColumns} for tables. */
export interface Layout {
  readonly columns: number;
  /** Where sentences are broken; undefined in a pipe, where they are not. */
  readonly wrapAt?: number | undefined;
  readonly style: Style;
  /** How this program is called in the commands that are suggested. */
  readonly program: string;
  readonly now_ms: number;
}

/** How wide a table may be: as wide as it needs in a pipe, where each row must stay a line. */
export function tableColumns({ wrapAt }: Pick<Layout, 'wrapAt'>): number {
  return wrapAt ?? Number.POSITIVE_INFINITY;
}
