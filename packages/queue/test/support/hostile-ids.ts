import { expect } from 'vitest';

/** Ids as nobody sane would choose them, and as somebody hostile would. */
export const HOSTILE_IDS: readonly string[] = [
  '../../x',
  '..',
  '.',
  '/',
  '/etc/passwd',
  'C:\\Windows',
  '..\\..\\x',
  'a/b',
  'CON',
  'con',
  'con.txt',
  'nul',
  'LPT1',
  'com1.tar.gz',
  'conin$',
  'a:b',
  'A',
  'a',
  'Ä',
  'ä',
  'a\u0308', // The same letter to people, and to some file systems.
  'trailing.',
  'trailing..',
  'trailing ',
  ' leading',
  '-rf',
  '--',
  '~',
  '%',
  '%41',
  '%h',
  '%2e%2e',
  'a%2fb',
  'a_b',
  'a~b',
  'x.json',
  '.agent.json',
  '.hidden',
  '__proto__',
  'constructor',
  '🤖🚀',
  '日本語のエージェント',
  'x'.repeat(300),
  `${'x'.repeat(299)}y`,
  'X'.repeat(300),
  '🤖'.repeat(300),
  '/'.repeat(512),
  '\\'.repeat(512),
  '🤖'.repeat(512),
  'a'.repeat(28),
  'a'.repeat(29),
  'a'.repeat(36),
  'a'.repeat(37),
];

const LEGAL_PATH = /^[a-z0-9A-Z._~%/-]+$/;

/** Fails where a path is not one that every file system takes, keeps apart and keeps inside. */
export function checkPaths(paths: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const path of paths) {
    expect(path).toMatch(LEGAL_PATH);
    expect(path.length, path).toBeLessThanOrEqual(180);
    expect(seen.get(path.toLowerCase()), `two names that differ in case alone: ${path}`).toBeUndefined();
    seen.set(path.toLowerCase(), path);
    for (const segment of path.split('/')) {
      expect(segment, path).not.toMatch(/^\.\.?$|[. ]$/);
      expect(segment, path).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i);
    }
  }
}
