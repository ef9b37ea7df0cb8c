/** A process as a person would look for it: by its number and machine. */
export function processName(process: {
  readonly owner: string | null;
  readonly pid: number | null;
  readonly host: string | null;
}): string {
  const { owner, pid, host } = process;
  if (pid === null) return owner === null ? 'an unknown process' : `owner ${owner}`;
  return `pid ${pid}${host === null ? '' : ` on ${host}`}`;
}
