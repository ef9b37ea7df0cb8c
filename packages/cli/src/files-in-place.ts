/** How many files are in place although writing them failed: fs-atomic's errors name them. */
export function filesInPlace(error: unknown): number {
  const published: unknown = error instanceof Error && 'published' in error ? error.published : undefined;
  return Array.isArray(published) ? published.length : 0;
}
