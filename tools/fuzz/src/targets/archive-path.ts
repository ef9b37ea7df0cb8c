import { restore } from '../../../../packages/queue/src/file-store/transfer/restore.ts';
import { boxInDirectory, knownPath } from '../../../../packages/queue/src/file-store/transfer/known-path.ts';
import { operatorTree } from '../disk/operator-tree.ts';
import { HOSTILE_TEXTS } from '../dictionary.ts';
import { fuzzedDisk } from '../fuzzed-disk.ts';
import { FUZZED_ROOT, isBelow } from '../hostile-file-system.ts';
import { tolerating } from '../rules/errors.ts';
import { Violation, type Target } from '../target.ts';

const encoder = new TextEncoder();
let paths: readonly Uint8Array[] = [];

/** What tells of a path in an archive what it is. */
export type ReadPath = typeof knownPath;

/** Paths as archives have them: what is taken for a file of the layout lies below the root, also where it is to go. */
export function archivePathTarget(read: ReadPath = knownPath): Target {
  return {
    name: 'archive-path',
    about: 'paths in archives, and putting what they name into a directory',
    kind: 'memory',
    share: 2,
    prepare: async () => {
      const tree = await operatorTree();
      const files = tree.map(({ path, content }) => (content === null ? `${path}/` : path));
      paths = [...files, ...HOSTILE_TEXTS.map((text) => `inbox/coder/${text}`)].map((text) =>
        encoder.encode(text),
      );
    },
    material: () => ({ seeds: paths }),
    async run(input) {
      const name = new TextDecoder().decode(input);
      const known = read(name);
      for (const path of known === null ? [] : [name, known.target ?? name]) {
        const isSafe =
          isBelow(`${FUZZED_ROOT}/${path}`, FUZZED_ROOT) &&
          !/[\\\u0000-\u001f]|(?:^|\/)\.\.?(?:\/|$)/.test(path);
        if (!isSafe) throw new Violation('path left its root', JSON.stringify(path));
      }
      const box = boxInDirectory(name);
      if (box !== null && /[/\\\u0000]|^\.\.?$/.test(box.agent))
        throw new Violation('path left its root', JSON.stringify(box.agent));
      const file = { name, bytes: input, modified_ms: 1_765_708_503_123 };
      const disk = fuzzedDisk({ content: input, names: ['coder'], kind: 'directory' });
      const [outcome] = (await tolerating('restore', () => restore(disk, [file, file]))) ?? [];
      if (outcome === 'restored' && known === null && box === null)
        throw new Violation('foreign', `${JSON.stringify(name)} was taken in`);
    },
  };
}
