/** What of a command line is the program's own: not what stands after `--exec`. */
export function programArguments(argv: readonly string[]): readonly string[] {
  const exec = argv.indexOf('--exec');
  return exec < 0 ? argv : argv.slice(0, exec);
}
