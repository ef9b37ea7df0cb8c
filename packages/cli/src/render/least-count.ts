/** How many there are where not all could be listed: `?`, or the least, since none that was seen is not none. */
export function leastCount(counted: number): string {
  return counted === 0 ? '?' : `>=${counted}`;
}
