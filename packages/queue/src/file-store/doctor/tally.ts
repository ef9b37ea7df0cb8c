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

/** `90 s`, `12 min`, `3 h`, `5 days`: lengths of time for sentences. */
export function lengthOf(time_ms: number): string {
  const minutes = time_ms / 60_000;
  if (minutes < 2) return `${Math.round(time_ms / 1_000)} s`;
  if (minutes < 120) return `${Math.round(minutes)} min`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1_440)} days`;
}
