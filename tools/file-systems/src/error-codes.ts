/** The code of an error, or of each in an AggregateError; its text where it has none. */
export function codesOf(error: unknown): string[] {
  if (error instanceof AggregateError) return error.errors.flatMap(codesOf);
  return [error instanceof Error && 'code' in error ? String(error.code) : String(error)];
}
