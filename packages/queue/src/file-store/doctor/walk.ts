import { join } from 'node:path';
import type { EntryKind } from '@tapps-agents/fs-atomic';
import type { Round } from './round.ts';

/** Something below the root. */
export interface Walked {
  readonly path: string;
  /** The path below the root, name by name. */
  readonly parts: readonly string[];
  readonly kind: EntryKind;
}

/** Goes through everything below the root, each directory before what is in it; into those that `enters` allows. */
export async function* walk(
  round: Round,
  enters: (walked: Walked) => boolean = () => true,
  directory: string = round.disk.layout.root,
  parts: readonly string[] = [],
): AsyncGenerator<Walked> {
  for await (const { name, kind } of round.list(directory)) {
    const walked: Walked = { path: join(directory, name), parts: [...parts, name], kind };
    yield walked;
    if (kind === 'directory' && enters(walked)) yield* walk(round, enters, walked.path, walked.parts);
  }
}
