/** An error in the form of node's own, as a file system call throws it. */
export function systemError(code: string, verb: string, path: string): Error {
  return Object.assign(new Error(`${code}: simulated, ${verb} '${path}'`), { code, syscall: verb, path });
}
