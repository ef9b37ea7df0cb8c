import { deniedBox } from './denied-box.ts';
import { failingFlush } from './failing-flush.ts';
import type { FaultCheck } from './fault-check.ts';
import { fewDescriptors } from './few-descriptors.ts';
import { fullDisks } from './full-disk.ts';
import { readOnly } from './read-only.ts';

/** Every fault, in the order in which they are brought about. */
export const faultChecks: readonly FaultCheck[] = [
  ...fullDisks,
  ...readOnly,
  deniedBox,
  fewDescriptors,
  failingFlush,
];
