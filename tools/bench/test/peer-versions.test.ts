import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installedIn } from '../src/peer-versions.ts';
import { temporaryDirectory } from './temporary-directory.ts';

test('a peer has the version that is installed, whatever was asked for', () => {
  using group = temporaryDirectory();
  const asked = { dependencies: { '@one/peer': '^1.0.0' } };
  writeFileSync(join(group.path, 'package.json'), JSON.stringify(asked));
  const installed = join(group.path, 'node_modules', '@one', 'peer');
  mkdirSync(installed, { recursive: true });
  writeFileSync(join(installed, 'package.json'), JSON.stringify({ version: '1.4.2' }));
  expect(installedIn(group.path)).toEqual({ '@one/peer': '1.4.2' });
});
