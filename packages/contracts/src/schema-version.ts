/** The version of the wire contract that this package writes. */
export const SCHEMA_VERSION = '1.0';

/** The major part of {@link SCHEMA_VERSION}; every minor of it can be read. */
export const CURRENT_MAJOR = 1;

const VERSION = /^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$/;

/** The major number of a version such as "1.0", or null where the value is not a version. */
export function majorOf(version: unknown): number | null {
  const major = typeof version === 'string' ? VERSION.exec(version)?.[1] : undefined;
  return major === undefined ? null : Number(major);
}
