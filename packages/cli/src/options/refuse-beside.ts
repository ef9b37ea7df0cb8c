import { CliError } from '../cli-error.ts';

/** Options as yargs is told of them, as far as that says whether one was given. */
type Described = Readonly<Record<string, { readonly describe: string; readonly default?: unknown }>>;

/**
 * Refuses every option but these, which alone mean something beside another; `why` says what that other is about. One that says
 * what holds anyway counts as not given.
 *
 * @throws CliError `ERR_USAGE`
 */
export function refuseBeside(
  given: object,
  described: Described,
  { but, why }: { readonly but: readonly string[]; readonly why: string },
): void {
  for (const [name, { default: usual }] of Object.entries(described)) {
    const value: unknown = Reflect.get(given, name);
    if (but.includes(name) || value === undefined || value === usual) continue;
    throw new CliError('ERR_USAGE', `${why}; leave out --${usual === true ? 'no-' : ''}${name}.`);
  }
}
