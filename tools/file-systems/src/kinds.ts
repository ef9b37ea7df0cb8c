/** The file systems that an image can hold. */
export const fileSystemKinds = ['ext4', 'xfs', 'btrfs', 'tmpfs', 'overlay', 'ntfs', 'exfat'] as const;

/** One of `fileSystemKinds`; `ntfs` is ntfs-3g and `exfat` is exfat-fuse, `overlay` lies over ext4. */
export type FileSystemKind = (typeof fileSystemKinds)[number];

/** What a file system needs, and how it is made and mounted. */
export interface KindFacts {
  /** Names in /proc/filesystems. */
  readonly drivers: readonly string[];
  /** Programs, each with the Debian package that has it. */
  readonly programs: Readonly<Record<string, string>>;
  /** Of the image; smaller ones its mkfs refuses. 0 where there is no image file. */
  readonly smallest_mib: number;
  /** The command that makes the file system on a device; null where nothing is made. */
  readonly make: readonly string[] | null;
  /** The command that mounts, to be followed by `-o OPTIONS`, device and directory. */
  readonly mount: readonly string[];
}

const ext4: KindFacts = {
  drivers: ['ext4'],
  programs: { 'mkfs.ext4': 'e2fsprogs' },
  smallest_mib: 4,
  make: ['mkfs.ext4', '-q', '-F'],
  mount: ['mount', '-t', 'ext4'],
};

/** How each file system is made and mounted. */
export const kindFacts: Readonly<Record<FileSystemKind, KindFacts>> = {
  ext4,
  xfs: {
    drivers: ['xfs'],
    programs: { 'mkfs.xfs': 'xfsprogs' },
    smallest_mib: 300,
    make: ['mkfs.xfs', '-q', '-f'],
    mount: ['mount', '-t', 'xfs'],
  },
  btrfs: {
    drivers: ['btrfs'],
    programs: { 'mkfs.btrfs': 'btrfs-progs' },
    smallest_mib: 128,
    make: ['mkfs.btrfs', '-q', '-f'],
    mount: ['mount', '-t', 'btrfs'],
  },
  tmpfs: { drivers: ['tmpfs'], programs: {}, smallest_mib: 0, make: null, mount: ['mount', '-t', 'tmpfs'] },
  overlay: { ...ext4, drivers: ['ext4', 'overlay'], mount: ['mount', '-t', 'overlay'] },
  ntfs: {
    drivers: ['fuseblk'],
    programs: { 'mkfs.ntfs': 'ntfs-3g', 'ntfs-3g': 'ntfs-3g' },
    smallest_mib: 4,
    make: ['mkfs.ntfs', '-Q', '-F', '-q'],
    mount: ['ntfs-3g'],
  },
  exfat: {
    drivers: ['fuseblk'],
    programs: { 'mkfs.exfat': 'exfatprogs', 'mount.exfat-fuse': 'exfat-fuse' },
    smallest_mib: 4,
    make: ['mkfs.exfat'],
    mount: ['mount.exfat-fuse'],
  },
};
