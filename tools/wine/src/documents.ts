import { readFileSync } from 'node:fs';
import path from 'node:path';
import { repository } from './repository.ts';

/** What docs/reliability.md says of Windows. */
export function windowsSection(): string {
  const text = readFileSync(path.join(repository, 'docs/reliability.md'), 'utf8');
  const [, section] = /^## Windows.*\n([^]*?)(?=^## )/m.exec(text) ?? [];
  if (section === undefined) throw new Error('docs/reliability.md has no section on Windows.');
  return section;
}

/** The same as one line, for comparing wherever it is broken. */
export function documentedText(): string {
  return windowsSection().replaceAll(/\s+/g, ' ');
}
