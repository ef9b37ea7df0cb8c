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

/** Each was seen to pass the same tests on Linux, or could not even be made there. */
export const plantedFaults: readonly PlantedFault[] = [
  {
    name: 'the file of a living owner is not held exclusively',
    file: 'packages/fs-atomic/src/graceful.ts',
    original: '0x10000000 | fs.constants.O_RDWR',
    planted: 'fs.constants.O_RDWR',
    noticedBy: 'packages/fs-atomic/test/liveness.test.ts',
  },
  {
    name: 'what a reader has open is not waited for',
    file: 'packages/fs-atomic/src/busy.ts',
    original: "if (options.platform !== 'win32') return attempt();",
    planted: "if (options.platform !== 'aix') return attempt();",
    noticedBy: 'packages/fs-atomic/test/replace.test.ts',
  },
  {
    name: 'names differ in nothing but case',
    file: 'packages/queue/src/file-store/segment.ts',
    original: 'const PLAIN = /^[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_-])?$/;',
    planted: 'const PLAIN = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/;',
    noticedBy: 'packages/queue/test/ids.test.ts',
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
