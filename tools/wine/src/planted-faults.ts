import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A mistake that only Windows shows, made in the copy of the sources, and the tests that must notice it. */
export interface PlantedFault {
  readonly name: string;
  readonly file: string;
  readonly original: string;
  readonly planted: string;
  /** The file of tests of which at least one must fail. */
  readonly noticedBy: string;
}

/** On Linux, the same tests pass with each of them. */
export const plantedFaults: readonly PlantedFault[] = [
  {
    name: 'the file of a living owner is not held exclusively',
    file: 'packages/fs-atomic/src/node-file-system.ts',
    original: '0x10000000 | fs.constants.O_RDWR',
    planted: 'fs.constants.O_RDWR',
    noticedBy: 'packages/fs-atomic/test/liveness.test.ts',
  },
  {
    name: 'what lies in a file is taken for missing, as Windows says',
    file: 'packages/queue/src/file-store/initialise.ts',
    original: "if (systemErrorCode(error) === 'ENOTDIR')\n",
    planted: "if (systemErrorCode(error) === 'NEVER')\n",
    noticedBy: 'packages/queue/test/roots.test.ts',
  },
  {
    name: 'a file that was to be removed as a directory is taken for missing, as Windows says',
    file: 'packages/fs-atomic/src/directory.ts',
    original: "settings.platform === 'win32' &&\n",
    planted: "settings.platform === 'aix' &&\n",
    noticedBy: 'packages/fs-atomic/test/move.test.ts',
  },
  {
    name: 'a name that is in use is not tried again',
    file: 'packages/fs-atomic/src/file-options.ts',
    original: 'options.platform ?? process.platform',
    planted: "options.platform ?? 'aix'",
    noticedBy: 'packages/fs-atomic/test/replace.test.ts',
  },
  {
    name: 'a box with a file in its place is taken for empty, as Windows says',
    file: 'packages/queue/src/file-store/guarded-file-system.ts',
    original: "kind !== 'directory' && platform === 'win32'",
    planted: "kind !== 'directory' && platform === 'aix'",
    noticedBy: 'packages/cli/test/commands/inspect.test.ts',
  },
];

/** Makes the mistake in a copy of the sources; disposing takes it back. Throws where the code is not what it was. */
export function plant(fault: PlantedFault, folder: string): Disposable {
  const file = path.join(folder, fault.file);
  const source = readFileSync(file, 'utf8');
  if (source.split(fault.original).length !== 2)
    throw new Error(`${fault.file} does not hold this once: ${fault.original}\nAdapt the planted fault.`);
  writeFileSync(
    file,
    source.replace(fault.original, () => fault.planted),
  );
  return { [Symbol.dispose]: () => writeFileSync(file, source) };
}
