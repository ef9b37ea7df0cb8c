/**
 * As `Promise.all`, but waits until all have ended, also where one fails: nothing may go on where everything is about to be removed.
 * Rejects with the first failure, by place.
 */
export async function allOf<T extends readonly unknown[]>(
  parts: T,
): Promise<{ -readonly [I in keyof T]: Awaited<T[I]> }> {
  await Promise.allSettled(parts);
  return await Promise.all(parts);
}
