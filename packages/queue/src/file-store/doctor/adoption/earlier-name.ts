/** What an earlier writer calls the directories and files of an agent: at most so many characters. */
const MAX_CHARACTERS = 64;

/**
 * The name under which the Python writer of the 1.0 contract keeps an agent's files: whatever is no letter, digit, dot, dash
 * or underscore of ASCII is a dash, several dashes are one, and none stands at an end. Not reversible.
 */
export function earlierName(agentId: string): string {
  const dashed = agentId.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/-{2,}/g, '-');
  return dashed.replaceAll(/^-|-$/g, '').slice(0, MAX_CHARACTERS) || 'x';
}
