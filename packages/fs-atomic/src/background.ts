import type { FileSystem } from './file-system.ts';

/** The port for work beside other work, where this one has it: see `FileSystem.inBackground`. */
export function inBackground(fileSystem: FileSystem): FileSystem {
  return fileSystem.inBackground?.() ?? fileSystem;
}
