import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseOptions } from '../src/options.ts';
import { shellWord } from '../src/printable.ts';
import { createWorkspace } from '../src/workspace.ts';
import { temporaryDirectory } from './temporary-directory.ts';

describe('parseOptions', () => {
  it('analyses the repository, in a fresh directory, unless told otherwise', () => {
    expect(parseOptions([], '/here', '/repository')).toEqual({
      folder: resolve('/repository'),
      root: null,
      maxFiles: 600,
      help: false,
    });
    expect(parseOptions(['code', '--root', '../out', '--max-files', '7'], '/here', '/repository')).toEqual({
      folder: resolve('/here/code'),
      root: resolve('/out'),
      maxFiles: 7,
      help: false,
    });
  });

  it.each([[['a', 'b']], [['--unknown']], [['--root']], [['--max-files', '0']], [['--max-files', 'many']]])(
    'refuses %j',
    (argv) => {
      expect(() => parseOptions(argv, '/', '/')).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
    },
  );
});

describe('createWorkspace', () => {
  it('takes a new or empty directory, and no other', async () => {
    const directory = await temporaryDirectory();
    const { root } = await createWorkspace(`${directory}/new`, '/cli.js');
    expect(root.endsWith(join('new', '.tapps-agents', 'messages'))).toBe(true);
    await expect(createWorkspace(directory, '/cli.js')).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });
});

describe('shellWord', () => {
  it('quotes what a shell would take apart', () => {
    expect(['/tmp/a-b', 'a b', "it's", '$(x)', ''].map(shellWord)).toEqual([
      '/tmp/a-b',
      "'a b'",
      String.raw`'it'\''s'`,
      "'$(x)'",
      "''",
    ]);
  });
});
