export { alteredFileSystem } from './altered-file-system.ts';
export { FaultyFileSystem } from './faulty-file-system.ts';
export type { FaultRule, FileSystemCall, FileSystemVerb } from './faulty-file-system.ts';
export { ManualClock } from './manual-clock.ts';
export type { ManualClockOptions } from './manual-clock.ts';
export { temporaryDirectory } from './temporary-directory.ts';
export type { TemporaryDirectory } from './temporary-directory.ts';
