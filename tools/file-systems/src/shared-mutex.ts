import { promise } from './check.ts';

/** What one process had of a mutex. */
export interface Turns {
  readonly generations: readonly number[];
  /** Whether nobody else was ever inside with it. */
  readonly alone: boolean;
}

/** Throws `Broken` unless processes that took a mutex so many times each had all their turns, alone, each under a generation of its own. */
export function sharedMutex(processes: readonly Turns[], turnsEach: number): string {
  promise(
    processes.every(({ alone }) => alone),
    'Two were inside at once.',
  );
  const generations = processes.flatMap((turns) => turns.generations).toSorted((a, b) => a - b);
  const turns = processes.length * turnsEach;
  promise(generations.length === turns, `The mutex was had ${generations.length} times instead of ${turns}.`);
  promise(
    generations.every((generation, index) => generation === index + 1),
    'A generation came twice or never.',
  );
  return 'holds';
}
