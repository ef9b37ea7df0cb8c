import { describe, expect, it } from 'vitest';
import { cannotStart } from '../src/exec/cannot-start.ts';
import { environmentKey } from '../src/exec/exec-environment.ts';
import { shellWord } from '../src/shell-word.ts';

/** As node fails to start something. */
function failed(code: string): Error {
  return Object.assign(new Error(`spawn ${code}`), { code });
}

describe('environmentKey', () => {
  it('is the key itself, if that is one short line', () => {
    expect(environmentKey('coder/m-1')).toBe('coder/m-1');
    expect(environmentKey('größer 日本語 #2')).toBe('größer 日本語 #2');
  });

  it('is a hash of its own for each key that is not', () => {
    const keys = ['a\n', 'a\u0000', 'a\r', '\u0085', '\u2028', '\ud800', '\ud801', 'k'.repeat(3_000), ''];
    const hashes = keys.map(environmentKey);
    expect(new Set(hashes).size).toBe(keys.length);
    for (const hash of hashes) expect(hash).toMatch(/^sha256-[0-9a-f]{64}$/);
    expect(keys.map(environmentKey)).toEqual(hashes);
  });

  it('is never one that another key is itself', () => {
    expect(environmentKey(environmentKey('a\n'))).not.toBe(environmentKey('a\n'));
  });
});

describe('cannotStart', () => {
  it('says why in words', () => {
    expect(cannotStart('./x y', failed('ENOENT'))).toMatchObject({
      message: 'Cannot run ./x y: there is no such command. No message was blamed for it.',
      next: expect.stringContaining(
        `${process.platform === 'win32' ? 'where.exe' : 'which'} ${shellWord('./x y')}`,
      ),
    });
    expect(cannotStart('x', failed('EACCES')).message).toContain('not executable');
    expect(cannotStart('x.bat', failed('EINVAL')).message).toContain('batch files run in a shell');
    expect(cannotStart('x', failed('EINVAL')).message).toContain('spawn EINVAL');
    expect(cannotStart('x', failed('E2BIG')).message).toContain('environment');
  });
});
