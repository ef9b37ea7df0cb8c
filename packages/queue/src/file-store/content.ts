import { systemErrorCode, systemFailure, type Awaitable } from '@tapps-agents/fs-atomic';
import type { Claimed } from '../claim.ts';
import type { Disk } from './disk.ts';

/**
 * Reads a message's file: its bytes, or the fault that makes it a dead letter. Undefined when the file is gone.
 * Anything that may pass (an I/O error, too many open files) is thrown instead: no message is judged by it.
 */
export function readContent(disk: Disk, path: string): Awaitable<Claimed['content'] | undefined> {
  const failed = (error: unknown): Claimed['content'] | undefined => faultOf(disk, path, error);
  try {
    const bytes = disk.fileSystem.read(path, disk.maxMessageBytes);
    return bytes instanceof Promise ? bytes.then((all) => ({ bytes: all })).catch(failed) : { bytes };
  } catch (error) {
    return failed(error);
  }
}

function faultOf(disk: Disk, path: string, error: unknown): Claimed['content'] | undefined {
  switch (systemErrorCode(error)) {
    case 'ENOENT':
      return undefined;
    case 'EFBIG':
      return { fault: { code: 'too_large', detail: `at most ${disk.maxMessageBytes} bytes are allowed` } };
    case 'EACCES':
    case 'EPERM':
      return {
        fault: { code: 'unreadable', detail: 'permission to read the file is denied', cause: error },
      };
    case 'EINVAL':
      return { fault: { code: 'unreadable', detail: 'it is not a regular file' } };
    default:
      throw systemFailure(error, { attempted: 'read', path });
  }
}
