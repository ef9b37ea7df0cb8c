import { execFileSync, spawnSync } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAX_FILE_BYTES, selectFiles } from '../src/select-files.ts';
import { temporaryDirectory } from './temporary-directory.ts';

describe('selectFiles', () => {
  it('walks a folder that git does not know, skipping what is not source code of its own', async () => {
    const folder = await temporaryDirectory({
      'b.ts': 'b',
      'a/c.py': 'c',
      'node_modules/x/index.js': 'x',
      'dist/out.js': 'x',
      'a/.git/hook.sh': 'x',
      'README.md': 'text',
      'binary.ts': new Uint8Array([0x47, 0x00, 0x47]),
      'huge.ts': 'x'.repeat(MAX_FILE_BYTES + 1),
      'largest.ts': 'x'.repeat(MAX_FILE_BYTES),
    });
    const selection = await selectFiles(folder, 10);
    expect(selection.paths).toEqual(['a/c.py', 'b.ts', 'largest.ts']);
    expect(selection.source).toBe('walk');
    expect(Object.fromEntries(selection.leftOut)).toEqual({
      'not source code': 1,
      'over 512 KiB': 1,
      binary: 1,
    });
  });

  it('leaves links alone', async ({ skip }) => {
    skip(process.platform === 'win32', 'Windows makes links only for the privileged, and Wine for nobody');
    const folder = await temporaryDirectory({ 'b.ts': 'b' });
    await symlink(path.join(folder, 'b.ts'), path.join(folder, 'link.ts'));
    const selection = await selectFiles(folder, 10);
    expect(selection.paths).toEqual(['b.ts']);
    expect([...selection.leftOut]).toEqual([['links and the like', 1]]);
  });

  it('takes what git knows, and new files, but not what git ignores', async ({ skip }) => {
    skip(spawnSync('git', ['--version']).error !== undefined, 'git is not installed here');
    // Windows has no control characters in names.
    const odd = process.platform === 'win32' ? 'odd name.ts' : 'odd \n name.ts';
    const folder = await temporaryDirectory({
      'kept.ts': '',
      'new.ts': '',
      'gone.ts': '',
      'ignored.ts': '',
      [odd]: '',
      '.gitignore': 'ignored.ts\n',
    });
    const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args], { stdio: 'ignore' });
    git('init');
    git('add', 'kept.ts', 'gone.ts');
    git('update-index', '--force-remove', 'gone.ts');
    const selection = await selectFiles(folder, 10);
    expect(selection.source).toBe('git');
    expect(selection.paths).toEqual(['gone.ts', 'kept.ts', 'new.ts', odd]);
  });

  it('stops at the limit, in path order, and says so', async () => {
    const folder = await temporaryDirectory({ 'c.ts': '', 'a.ts': '', 'b.ts': '' });
    const selection = await selectFiles(folder, 2);
    expect(selection.paths).toEqual(['a.ts', 'b.ts']);
    expect([...selection.leftOut]).toEqual([['beyond the first 2', 1]]);
  });

  it('refuses what is no folder of source code', async () => {
    const folder = await temporaryDirectory({ 'notes.txt': '' });
    await expect(selectFiles(folder, 1)).rejects.toMatchObject({ code: 'ERR_USAGE' });
    await expect(selectFiles(path.join(folder, 'notes.txt'), 1)).rejects.toMatchObject({ code: 'ERR_USAGE' });
    await expect(selectFiles(path.join(folder, 'missing'), 1)).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });
});
