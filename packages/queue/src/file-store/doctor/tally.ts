import type { Evidence, Finding } from '../../diagnosis.ts';

/** So much evidence is kept of one finding, however many files it concerns. */
const MAX_EVIDENCE = 10;

/** Counts what is wrong in one way, and keeps the first few as evidence. */
export class Tally {
  readonly #evidence: Evidence[] = [];
  #count = 0;
  #mended = 0;
  #setAside = 0;

  get count(): number {
    return this.#count;
  }

  /** `times`: one place may hold several. */
  add(place: string, detail: string, agentId: string | null = null, times = 1): void {
    this.#count += times;
    if (this.#evidence.length < MAX_EVIDENCE) this.#evidence.push({ place, detail, agentId });
  }

  mended(times = 1): void {
    this.#mended += times;
  }

  /** Nobody can put these right, and they are out of the way now. */
  setAside(times: number): void {
    this.#setAside += times;
  }

  /** The finding; none where nothing was counted. */
  found(what: Pick<Finding, 'code' | 'severity' | 'text' | 'mendable'>): Finding[] {
    if (this.#count === 0) return [];
    const mended = Math.min(this.#mended, this.#count);
    const setAside = Math.min(this.#setAside, this.#count - mended);
    return [{ ...what, count: this.#count, evidence: this.#evidence, mended, setAside }];
  }
}

/** `1 lease`, `2 leases`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/**
 * `5d`, `2h 3m`, `12m 5s`, `40s`: lengths of time for sentences, rounded down. The command line tells ages in the same form, and without
 * loading this package, for which `--help` would wait.
 */
export function lengthOf(time_ms: number): string {
  const first = UNITS.findIndex(([, unit_ms]) => time_ms >= unit_ms);
  const [unit, next] = [UNITS[first], UNITS[first + 1]];
  if (unit === undefined) return '0s';
  const [name, unit_ms] = unit;
  const whole = `${Math.floor(time_ms / unit_ms)}${name}`;
  const rest = next === undefined ? 0 : Math.floor((time_ms % unit_ms) / next[1]);
  return rest === 0 || next === undefined ? whole : `${whole} ${rest}${next[0]}`;
}
