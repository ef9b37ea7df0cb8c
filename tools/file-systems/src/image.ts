import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeImageFolder, removeImageFolder } from './image-folder.ts';
import { kindFacts, type FileSystemKind } from './kinds.ts';
import { mountsBelow } from './mounts.ts';
import { runCommand } from './system-command.ts';

/** How an image is made. */
export interface ImageOptions {
  /** Default: 64, or as much as the file system needs. The file is sparse: what is not written costs nothing. */
  readonly size_mib?: number;
  /** A file with an image of this kind, which is copied instead of making an empty file system. */
  readonly copyOf?: string;
  /** Further parameters of mkfs, such as `['-N', '64']`. */
  readonly makeOptions?: readonly string[];
  /** For each mount, such as `['nouuid']`. */
  readonly mountOptions?: readonly string[];
}

/**
 * A file system of its own, mounted. Disposing it unmounts (lazily when something is busy), detaches the loop device and
 * removes the folder; so does the end of the process, save by SIGKILL, after which the next process that makes an image cleans
 * up.
 */
export interface Image extends AsyncDisposable {
  readonly kind: FileSystemKind;
  /** Where it is mounted. */
  readonly directory: string;
  /** The file that holds it; null for tmpfs. For overlay, of the ext4 below. */
  readonly imageFile: string | null;
  /** The loop device that shows the file; null for tmpfs. */
  readonly device: string | null;
  /** Unmounts it; throws when it is busy. Nothing happens when it is not mounted. */
  unmount(): void;
  /** Mounts it again after `unmount`, with these options on top of the image's own. A tmpfs comes back empty. */
  mount(options?: readonly string[]): void;
  /** Changes the options of the mount as it is, such as `['ro']` and `['rw']` (mount(8), `remount`). Not for FUSE. */
  remount(options: readonly string[]): void;
}

/** Makes an empty file system of this kind in the system's temporary directory. Throws where `whyUnavailable` has a reason. */
export async function createImage(kind: FileSystemKind, options: ImageOptions = {}): Promise<Image> {
  const folder = makeImageFolder();
  try {
    const image = prepareImage(kind, folder, options);
    image.mount();
    return image;
  } catch (error) {
    removeImageFolder(folder);
    throw error;
  }
}

function prepareImage(kind: FileSystemKind, folder: string, options: ImageOptions): Image {
  const directory = join(folder, 'mounted');
  mkdirSync(directory);
  const imageFile = makeImageFile(kind, folder, options);
  const device = imageFile === null ? null : attach(imageFile);
  const { make } = kindFacts[kind];
  if (make !== null && device !== null && options.copyOf === undefined) {
    const [program = '', ...parameters] = make;
    runCommand(program, ...parameters, ...(options.makeOptions ?? []), device);
  }
  const below = join(folder, 'below');
  return {
    kind,
    directory,
    imageFile,
    device,
    unmount() {
      for (const point of mountsBelow(folder)) runCommand('umount', point);
    },
    mount(more = []) {
      const all = [...ownOptions(kind, below, options), ...(options.mountOptions ?? []), ...more];
      if (kind === 'overlay') mountBelow(device ?? '', below);
      const [program = '', ...parameters] = kindFacts[kind].mount;
      const chosen = all.length === 0 ? [] : ['-o', all.join(',')];
      const source = kind === 'overlay' ? 'overlay' : (device ?? 'tapps-image');
      runCommand(program, ...parameters, ...chosen, source, directory);
    },
    remount(changed) {
      runCommand('mount', '-o', ['remount', ...changed].join(','), directory);
    },
    // oxlint-disable-next-line typescript/require-await -- a failure is to reject
    async [Symbol.asyncDispose]() {
      removeImageFolder(folder);
    },
  };
}

function makeImageFile(kind: FileSystemKind, folder: string, options: ImageOptions): string | null {
  const { make, smallest_mib } = kindFacts[kind];
  if (make === null) return null;
  const file = join(folder, 'image');
  if (options.copyOf === undefined) {
    writeFileSync(file, '');
    truncateSync(file, (options.size_mib ?? Math.max(64, smallest_mib)) * 1_048_576);
  } else runCommand('cp', '--sparse=always', options.copyOf, file);
  return file;
}

function attach(imageFile: string): string {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return runCommand('losetup', '--find', '--show', imageFile).trim();
    } catch (error) {
      // Between finding a free device and taking it, another process may take it.
      if (attempt === 5) throw error;
    }
  }
}

function ownOptions(kind: FileSystemKind, below: string, { size_mib = 64 }: ImageOptions): string[] {
  if (kind === 'tmpfs') return [`size=${size_mib}m`];
  if (kind !== 'overlay') return [];
  const part = (name: string): string => join(below, name);
  return [`lowerdir=${part('lower')}`, `upperdir=${part('upper')}`, `workdir=${part('work')}`];
}

/** The ext4 that an overlay lies on: the temporary directory may itself be an overlay, which cannot carry another. */
function mountBelow(device: string, below: string): void {
  mkdirSync(below, { recursive: true });
  runCommand('mount', '-t', 'ext4', device, below);
  for (const name of ['lower', 'upper', 'work']) mkdirSync(join(below, name), { recursive: true });
}
