import { ManualClock } from '@tapps-agents/fs-atomic/testing';
import type { Disk } from '../../../packages/queue/src/file-store/disk.ts';
import { Layout } from '../../../packages/queue/src/file-store/layout.ts';
import { FUZZED_ROOT, hostileFileSystem, type HostileAnswers } from './hostile-file-system.ts';

const clock = new ManualClock();

/** What the file engine works with, on a disk in memory that answers with hostile bytes and names. */
export function fuzzedDisk(answers: HostileAnswers): Disk {
  return {
    layout: new Layout(FUZZED_ROOT),
    fileSystem: hostileFileSystem(answers),
    clock,
    fileMode: 0o600,
    directoryMode: 0o700,
    maxMessageBytes: 1_048_576,
    random: () => 0.5,
    longTypes: new Map(),
  };
}
