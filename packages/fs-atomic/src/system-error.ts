/** An error in the form of node's own. */
export function systemError(code: string, what: string, syscall: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${what}, ${syscall} '${path}'`), { code, syscall, path });
}

/** For a file that is larger than it may be. */
export function tooLarge(path: string, maxBytes: number): Error {
  return systemError('EFBIG', `larger than ${maxBytes} bytes`, 'read', path);
}

/** ENOENT as node words it, without a stack: gathering that is what makes an error dear. */
export function absence(path: string): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return systemError('ENOENT', 'no such file or directory', 'lstat', path);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
