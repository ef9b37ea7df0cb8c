let umask: number | undefined;

/**
 * Whether this process's umask would take bits away from a mode that was asked for: umask(2). False on Windows, where
 * modes mean next to nothing.
 *
 * Asked of the system once, with the first file: node cannot read the umask without setting it for a moment (DEP0139). Who
 * changes it later in the same process gets the modes of before.
 */
export function isCutByUmask(mode: number): boolean {
  if (process.platform === 'win32') return false;
  umask ??= process.umask();
  return (mode & umask) !== 0;
}
