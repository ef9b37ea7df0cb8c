import { readFileSync } from 'node:fs';

/** The screen of this name in the README. */
export function inReadme(name: string): string {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const from = readme.split(`<!-- screen: ${name} -->\n\n\`\`\`\n`)[1];
  return from?.split('\n```')[0] ?? `There is no screen ${name} in the README.`;
}
