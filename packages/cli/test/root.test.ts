import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findRoot, rootToMake } from '../src/root.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

describe('findRoot', () => {
  it('takes the nearest ancestor that has messages', () => {
    const top = temporaryDirectory();
    mkdirSync(join(top, '.tapps-agents/messages'), { recursive: true });
    mkdirSync(join(top, 'a/b/c'), { recursive: true });
    const cwd = join(top, 'a/b/c');
    expect(findRoot(undefined, { cwd, env: {} }).path).toBe(join(top, '.tapps-agents/messages'));
    mkdirSync(join(top, 'a/.tapps-agents/messages'), { recursive: true });
    expect(findRoot(undefined, { cwd, env: {} }).path).toBe(join(top, 'a/.tapps-agents/messages'));
  });

  it('does not pass over a file in its place, which should be reported', () => {
    const top = temporaryDirectory();
    mkdirSync(join(top, '.tapps-agents'));
    writeFileSync(join(top, '.tapps-agents/messages'), '');
    mkdirSync(join(top, 'a'));
    expect(findRoot(undefined, { cwd: join(top, 'a'), env: {} }).path).toBe(
      join(top, '.tapps-agents/messages'),
    );
  });

  it('prefers --root to the environment, and both to what lies around', () => {
    const cwd = temporaryDirectory();
    mkdirSync(join(cwd, '.tapps-agents/messages'), { recursive: true });
    const env = { TAPPS_MQ_ROOT: 'from-env' };
    expect(findRoot(undefined, { cwd, env })).toEqual({
      path: join(cwd, 'from-env'),
      shown: 'from-env',
      flag: undefined,
    });
    const absolute = resolve('/from-flag');
    expect(findRoot(absolute, { cwd, env })).toEqual({ path: absolute, shown: absolute, flag: absolute });
    expect(findRoot(undefined, { cwd, env: { TAPPS_MQ_ROOT: '' } }).shown).toBe(
      join('.tapps-agents', 'messages'),
    );
  });
});

describe('rootToMake', () => {
  it('is here, whatever lies above', () => {
    const top = temporaryDirectory();
    mkdirSync(join(top, '.tapps-agents/messages'), { recursive: true });
    expect(rootToMake(undefined, { cwd: join(top, 'a'), env: {} }).path).toBe(
      join(top, 'a/.tapps-agents/messages'),
    );
    expect(rootToMake(undefined, { cwd: join(top, 'a'), env: { TAPPS_MQ_ROOT: '' } }).path).toBe(
      join(top, 'a/.tapps-agents/messages'),
    );
    expect(rootToMake('x', { cwd: top, env: {} }).path).toBe(join(top, 'x'));
    expect(rootToMake(undefined, { cwd: top, env: { TAPPS_MQ_ROOT: '/y' } }).path).toBe(resolve(top, '/y'));
  });
});
