import { dirname, join, relative } from 'node:path';
import { ensureDirectory, moveFile } from '@tapps-agents/fs-atomic';
import { writing } from '../../disk.ts';
import { newNonce } from '../../nonce.ts';
import { formatStamp } from '../../stamp.ts';
import type { Round } from '../round.ts';

/**
 * Where an earlier writer's files go that are adopted and needed no more: `adopted/<time>~<nonce>/`, under the path that they
 * had. Nothing of them is changed, and no two rounds share a directory, so no name can be taken already.
 */
export class KeptFiles {
  readonly #round: Round;
  #directory: string | null = null;

  constructor(round: Round) {
    this.#round = round;
  }

  /** Moves a file there for good; false where it is gone, or cannot be moved, which is then reported. */
  async keep(path: string): Promise<boolean> {
    const { disk } = this.#round;
    this.#directory ??= join(
      disk.layout.adopted,
      `${formatStamp(Math.trunc(disk.clock.now()))}~${newNonce()}`,
    );
    const to = join(this.#directory, relative(disk.layout.root, path));
    const moved = await this.#round.attempt(path, async () => {
      await ensureDirectory(dirname(to), writing(disk, 'full'));
      return await moveFile(path, to, writing(disk, 'full'));
    });
    return moved === true;
  }
}
