import type { Image } from './image.ts';
import type { PlantedFault } from './planted-faults.ts';

/** Where a check works: an empty directory of its own. */
export interface CheckPlace {
  readonly directory: string;
  /** The image that holds it; missing where the directory is any. */
  readonly image?: Image;
  /** A fault to be noticed. */
  readonly fault?: PlantedFault | undefined;
}

/** One column of the table. */
export interface Check {
  /** The column's head. */
  readonly name: string;
  /** What the queue builds on, or what is merely told, as a sentence. */
  readonly meaning: string;
  /** What was found, in a few words for the table; throws `Broken` where something is not as the queue needs it. */
  run(place: CheckPlace): Promise<string>;
}

/** A promise that was not kept. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** Throws unless `kept`. */
export function promise(kept: boolean, otherwise: string): void {
  if (!kept) throw new Broken(otherwise);
}
