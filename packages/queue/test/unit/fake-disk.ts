import { nodeFileSystem, type FileSystem } from '@tapps-agents/fs-atomic';
import type { ManualClock } from '@tapps-agents/fs-atomic/testing';
import type { Disk } from '../../src/file-store/disk.ts';
import { Layout } from '../../src/file-store/layout.ts';

/** A disk on which some calls are answered by the test. */
export function fakeDisk(clock: ManualClock, answers: Partial<FileSystem>): Disk {
  return {
    layout: new Layout('/messages'),
    fileSystem: Object.assign(Object.create(nodeFileSystem()) as FileSystem, answers),
    clock,
    fileMode: 0o600,
    directoryMode: 0o700,
    maxMessageBytes: 1_048_576,
    random: () => 0.5,
    longTypes: new Map(),
  };
}
