import type { Case } from './case.ts';

/** Rules that no case judges, each with the reason. */
export const NOT_JUDGED: Readonly<Record<string, string>> = {
  R1: 'what the file system is asked to be, not what a program does',
  R20: 'whether something was flushed shows only after a power cut; `npm run power-loss` judges this project by one',
  R31: 'it speaks of Windows alone; the tests of packages/fs-atomic judge it there',
  R36: 'it needs a disk that fails for a moment; `npm run file-systems -- faults` makes one for this project',
  R51: 'the key is handed to other systems, and shows nowhere in the directory',
  R53: 'replay is for operators’ tools; a consumer may leave it out',
  R54: 'as R53',
  R56: 'the results of steps are an offer to handlers; a consumer may leave it out',
  R68: 'to detach is an offer to scripts; a consumer may leave it out',
  R69: 'as R68',
  R71: 'as R68',
  R90: 'as R53',
  R91: 'as R53',
  R92: 'the kit acknowledges by hand, and handles nothing that could be answered',
  R63: 'a consumer may leave the completion of a new root to others',
  R65: 'upkeep; a consumer may leave it out',
  R66: 'upkeep; a consumer may leave it out',
};

/** The numbers of the rules in the text of docs/protocol.md, in the order in which they stand. */
export function rulesIn(protocol: string): string[] {
  return [...protocol.matchAll(/^- \*\*(R\d+)\*\* /gm)].map((match) => match[1] ?? '');
}

/** The table of the README: each rule with its cases, or with the reason why it has none. */
export function ruleTable(rules: readonly string[], cases: readonly Case[]): string {
  const lines = rules.map((rule) => {
    const names = cases.filter((one) => one.rules.some((own) => own === rule)).map(({ name }) => name);
    return `- **${rule}** ${names.length > 0 ? names.join(', ') : `not judged: ${NOT_JUDGED[rule] ?? '?'}`}`;
  });
  return lines.join('\n');
}
