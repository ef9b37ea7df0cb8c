/** A test's title, with the reason why it is skipped. */
export function titleWith(title: string, reason: string | null): string {
  return reason === null ? title : `${title} [skipped: ${reason}]`;
}
