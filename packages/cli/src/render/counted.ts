/** `1 message`, `2 messages`; what a thing's plural is, where it is more than an `s` behind. */
export function counted(number: number, what: string, several = `${what}s`): string {
  return `${number} ${number === 1 ? what : several}`;
}

/** `1 was`, `2 were`. */
export function were(number: number): string {
  return `${number} ${number === 1 ? 'was' : 'were'}`;
}
