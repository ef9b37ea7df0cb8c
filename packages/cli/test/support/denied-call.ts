import fs from 'node:fs';
import { onTestFinished, vi } from 'vitest';

/**
 * Until the test ends, or what is returned is called, this call fails for such paths, as for a file that `chattr +i` protects. Of a
 * rename it is asked about where it leads to; slashes are forward.
 */
export function denyCall(call: 'unlinkSync' | 'renameSync', isDenied: (path: string) => boolean): () => void {
  const original = fs[call] as (...paths: unknown[]) => void;
  const spy = vi.spyOn(fs, call).mockImplementation((...paths: unknown[]) => {
    const path = String(paths.at(-1));
    if (!isDenied(path.replaceAll('\\', '/'))) return original(...paths);
    throw Object.assign(new Error(`EPERM: operation not permitted, ${call} '${path}'`), { code: 'EPERM' });
  });
  const allow = (): void => spy.mockRestore();
  onTestFinished(allow);
  return allow;
}
