import type { PlantedFault } from './planted-faults.ts';

/** One fault that is brought about for real. */
export interface FaultCheck {
  readonly name: string;
  /** What must be so, as a sentence. */
  readonly meaning: string;
  /** Why it cannot be brought about here; null where it can. */
  whyUnavailable(): string | null;
  /** What was found, in a sentence; throws `Broken` where a promise was not kept. */
  run(fault?: PlantedFault): Promise<string>;
}
