import { shellWord } from './shell-word.ts';

/** What an operating system has to look at, or move, what the queue cannot mend; paths as they can be typed. Null where it has nothing. */
export interface SystemCommands {
  /** How much room there is. */
  readonly space: (path: string) => string;
  /** How many files may still be made. */
  readonly inodes: (path: string) => string | null;
  /** What kind of file system holds a path. */
  readonly fileSystem: (path: string) => string;
  /** Who may do what with a path. */
  readonly access: (path: string) => string;
  /** What keeps even its owner from changing a path. */
  readonly hindrance: (path: string) => string;
  /** Moves a file away. */
  readonly moveAway: (path: string) => string;
  /** Whether the clock is set by others. */
  readonly clock: string;
}

/** As sh reads it, wherever it is asked for. */
const posixWord = (path: string): string => shellWord(path, 'linux');
const windowsWord = (path: string): string => shellWord(path, 'win32');

const posix = {
  space: (path: string) => `df -h ${posixWord(path)}`,
  inodes: (path: string) => `df -i ${posixWord(path)}`,
  access: (path: string) => `ls -ld ${posixWord(path)}`,
  moveAway: (path: string) => `mv -- ${posixWord(path)} ELSEWHERE`,
};

const linux: SystemCommands = {
  ...posix,
  fileSystem: (path) => `df -T ${posixWord(path)}`,
  // An `i` among the attributes: immutable, until `chattr -i` (chattr(1)).
  hindrance: (path) => `lsattr -d ${posixWord(path)}; ls -ld ${posixWord(path)}`,
  clock: 'timedatectl status',
};

/** Its `df -T` takes a list of kinds, and it has no `timedatectl`: df(1), systemsetup(8). */
const macos: SystemCommands = {
  ...posix,
  fileSystem: () => 'mount',
  // `uchg` among the flags: immutable, until `chflags nouchg` (ls(1), chflags(1)).
  hindrance: (path) => `ls -ldO ${posixWord(path)}`,
  clock: 'sudo systemsetup -getusingnetworktime',
};

/** For PowerShell; what works on a path is for cmd as well. */
const windows: SystemCommands = {
  space: () => 'Get-PSDrive -PSProvider FileSystem',
  inodes: () => null,
  fileSystem: () => 'Get-Volume',
  access: (path) => `icacls ${windowsWord(path)}`,
  hindrance: (path) => `icacls ${windowsWord(path)}`,
  moveAway: (path) => `move ${windowsWord(path)} ELSEWHERE`,
  clock: 'w32tm /query /status',
};

/** The commands of a platform, as `process.platform` names it. */
export function systemCommands(platform: NodeJS.Platform): SystemCommands {
  if (platform === 'win32') return windows;
  return platform === 'darwin' ? macos : linux;
}
