import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { whyUnavailable } from './availability.ts';
import type { PlantedFault } from './planted-faults.ts';
import { facts } from './facts.ts';
import { createImage } from './image.ts';
import type { FileSystemKind } from './kinds.ts';
import { promises } from './promises.ts';
import { reachedDurability } from './reached-durability.ts';

/** One cell of the table. */
export interface Cell {
  readonly check: string;
  readonly found: string;
  /** What was broken, with all that is known of it; null where all is well. */
  readonly broken: string | null;
}

/** One row of the table; `unavailable` says why there is none. */
export interface Row {
  readonly fileSystem: FileSystemKind;
  readonly unavailable: string | null;
  readonly cells: readonly Cell[];
}

/** All the checks, in the order of the table's columns. */
export const checks = [...promises, reachedDurability, ...facts];

/** Makes a file system of this kind and runs every check on it. */
export async function examine(fileSystem: FileSystemKind, fault?: PlantedFault): Promise<Row> {
  const unavailable = whyUnavailable(fileSystem);
  if (unavailable !== null) return { fileSystem, unavailable, cells: [] };
  await using image = await createImage(fileSystem, { size_mib: fileSystem === 'xfs' ? 300 : 256 });
  const cells: Cell[] = [];
  for (const [index, check] of checks.entries()) {
    const directory = join(image.directory, `check-${index}`);
    mkdirSync(directory);
    try {
      const found = await check.run({ directory, image, fault });
      cells.push({ check: check.name, found, broken: null });
    } catch (error) {
      const broken = error instanceof Error ? (error.stack ?? error.message) : String(error);
      cells.push({ check: check.name, found: 'BROKEN', broken });
    }
  }
  return { fileSystem, unavailable, cells };
}
